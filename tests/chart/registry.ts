/** A chart registry on loopback, with only the requests that helm sends. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { stringify } from "yaml";
import { helm } from "../../cli/tools/helm";

export interface PublishedChart {
  version: string;
  appVersion: string;
  values: object;
}

const sha256 = (content: Buffer): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

export class Registry {
  /** Blobs and manifests by digest, and tags by name, all in one repository. */
  private readonly blobs = new Map<string, Buffer>();
  private readonly tags = new Map<string, Buffer>();
  private readonly folder = mkdtempSync(join(tmpdir(), "flotilla-registry-"));
  private readonly server: Server = createServer(({ url = "", method }, response) => {
    const send = (content: Buffer | undefined, type: string) => {
      if (!content) return response.writeHead(404).end("{}");
      response.writeHead(200, {
        "content-type": type,
        "content-length": content.length,
        "docker-content-digest": sha256(content),
      });
      return response.end(method === "HEAD" ? undefined : content);
    };
    const [, kind, name = ""] = /^\/v2\/charts\/mysql\/(tags|manifests|blobs)\/([^?]+)/.exec(url) ?? [];
    if (kind === "tags")
      return send(
        Buffer.from(JSON.stringify({ name: "charts/mysql", tags: [...this.tags.keys()] })),
        "application/json",
      );
    if (kind === "manifests")
      return send(this.tags.get(name) ?? this.blobs.get(name), "application/vnd.oci.image.manifest.v1+json");
    return send(this.blobs.get(name), "application/octet-stream");
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  stop(): void {
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  url = () => `oci://127.0.0.1:${(this.server.address() as AddressInfo).port}/charts/mysql`;

  /** Publishes a version, replacing the same version; returns the SHA-256 of its archive in hex. */
  async publish({ version, appVersion, values }: PublishedChart): Promise<string> {
    const chart = join(this.folder, "mysql");
    mkdirSync(join(chart, "templates"), { recursive: true });
    writeFileSync(
      join(chart, "Chart.yaml"),
      stringify({ apiVersion: "v2", name: "mysql", version, appVersion }),
    );
    writeFileSync(join(chart, "values.yaml"), stringify(values));
    await execa(await helm(), ["package", chart, "--destination", this.folder]);
    const archive = readFileSync(join(this.folder, `mysql-${version}.tgz`));
    const config = Buffer.from(JSON.stringify({ apiVersion: "v2", name: "mysql", version, appVersion }));
    const layer = (content: Buffer, mediaType: string) => {
      this.blobs.set(sha256(content), content);
      return { mediaType, digest: sha256(content), size: content.length };
    };
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: layer(config, "application/vnd.cncf.helm.config.v1+json"),
        layers: [layer(archive, "application/vnd.cncf.helm.chart.content.v1.tar+gzip")],
      }),
    );
    this.blobs.set(sha256(manifest), manifest);
    this.tags.set(version, manifest);
    return sha256(archive).slice("sha256:".length);
  }
}
