/** Kubeconfigs for the same cluster in other ways, for another cluster, and for none. */
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { parse, stringify } from "yaml";

/** How a context reaches a cluster. */
export interface Way {
  cluster: Record<string, unknown>;
  user: Record<string, unknown>;
}

/** Returns the only entry of a kubeconfig. */
export function wayIn(kubeconfig: string): Way {
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8")) as {
    clusters: { cluster: Way["cluster"] }[];
    users: { user: Way["user"] }[];
  };
  return { cluster: clusters[0]?.cluster ?? {}, user: users[0]?.user ?? {} };
}

/** Writes a kubeconfig with these contexts; returns its path. */
export function writeKubeconfig(
  folder: string,
  name: string,
  ways: Record<string, Way>,
  current: string | undefined,
): string {
  const names = Object.keys(ways);
  return writeText(folder, name, {
    "current-context": current ?? "",
    contexts: names.map((entry) => ({
      name: entry,
      context: { cluster: `${entry}-cluster`, user: `${entry}-user` },
    })),
    clusters: names.map((entry) => ({ name: `${entry}-cluster`, cluster: ways[entry]?.cluster })),
    users: names.map((entry) => ({ name: `${entry}-user`, user: ways[entry]?.user })),
  });
}

/** Writes any kubeconfig; returns its path. */
export function writeText(folder: string, name: string, content: object): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, stringify({ apiVersion: "v1", kind: "Config", ...content }));
  return path;
}

/** Returns the entry with another address. */
export const at = (way: Way, change: (server: URL) => string): Way => ({
  ...way,
  cluster: { ...way.cluster, server: change(new URL(String(way.cluster.server))) },
});

/** Returns the entry with the contents of its files inline. */
export const inline = ({ cluster, user }: Way): Way => ({ cluster: contents(cluster), user: contents(user) });

const contents = (entry: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(entry).map(([key, value]) =>
      /^(certificate-authority|client-certificate|client-key)$/.test(key)
        ? [`${key}-data`, readFileSync(String(value)).toString("base64")]
        : [key, value],
    ),
  );

/** Returns the entry without verification of the server's certificate. */
export const unverified = ({ cluster, user }: Way): Way => ({
  cluster: { server: cluster.server, "insecure-skip-tls-verify": true },
  user,
});

/** Returns the entry with another login. */
export const withToken = (way: Way, token: string): Way => ({ ...way, user: { token } });

/** Opens another port to a cluster, like a tunnel. */
export async function openTunnel(way: Way): Promise<{ server: Server; port: number }> {
  const { port } = new URL(String(way.cluster.server));
  const server = createServer((inner) => {
    const outer = connect(Number(port), "127.0.0.1");
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      from.on("error", () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}
