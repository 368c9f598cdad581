/** Files with passwords as the shared chart mounts them, and the templates of the External Secrets Operator as Go renders them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { template } from "../../cli/tools/helm";
import type { Service } from "../../src/model/application";
import { password, passwordInUrl, text } from "../../src/model/text";
import { externalSecret } from "../../src/plan/credentials/external-secrets";
import { fillText } from "../../src/plan/credentials/secret-text";
import type { ExternalSecretPlan, SecretPlan } from "../../src/plan/plan";
import { application, planFor, service } from "../support";
import { type KubernetesObject, render } from "./render";

const NASTY = `p@:/?#%&'"\\$ \${x} {{ü}}+~!*() <`;
const bank = password("bank", "shop");
const shop = application({
  services: {
    web: service({
      uses: ["bank"],
      env: { URL: text`https://shop:${passwordInUrl("bank", "shop")}@bank` },
      files: {
        "/app/appsettings.json": text`{"a": {"b": "x ${bank}"}, "c": ${bank}}`,
        "/app/application.yml": text`a: '${bank}'`,
        "/app/application.properties": text`a=${bank}`,
        "/app/a.xml": text`<a>${bank}</a>`,
        "/app/a.conf": text`a {{ ${bank}`,
        "/app/plain.txt": "nothing secret",
      },
    }),
  },
  externals: {
    bank: {
      host: "bank.example.com",
      port: 443,
      protocol: "https",
      reason: "all is paid there",
      accounts: { shop: { username: "shop" } },
    },
  },
});

describe("a file with a password", () => {
  it("is mounted from its Secret at its path, read-only, next to those of the ConfigMap", async () => {
    const { releases } = planFor(shop, { credentials: { "bank-shop": NASTY } });
    const objects = await render("charts/microservice", releases.web?.values as object);
    const { template: pod } = objects.find(({ kind }: KubernetesObject) => kind === "Deployment").spec;
    assert.deepEqual(
      pod.spec.volumes.filter(({ name }: KubernetesObject) => name.includes("files")),
      [
        { name: "files", configMap: { name: "web-files" } },
        { name: "secret-files", secret: { secretName: "web-files" } },
      ],
    );
    const mounts = pod.spec.containers[0].volumeMounts;
    assert.deepEqual(
      mounts.find(({ mountPath }: KubernetesObject) => mountPath === "/app/appsettings.json"),
      {
        name: "secret-files",
        mountPath: "/app/appsettings.json",
        subPath: "app-appsettings-json",
        readOnly: true,
      },
    );
    assert.equal(new Set(mounts.map(({ mountPath }: KubernetesObject) => mountPath)).size, mounts.length);
    assert.ok(pod.metadata.annotations["checksum/secrets"]);
  });
});

describe("a binary file", () => {
  it("is in the binary part of the ConfigMap, next to texts or alone", async () => {
    const base64 = Buffer.from([0, 255, 1]).toString("base64");
    const mapOf = async (files: NonNullable<Service["files"]>) => {
      const { releases } = planFor(application({ services: { web: service({ files }) } }));
      const objects = await render("charts/microservice", releases.web?.values as object);
      const { data, binaryData } = objects.find(({ kind }: KubernetesObject) => kind === "ConfigMap");
      return { data, binaryData };
    };
    assert.deepEqual(await mapOf({ "/a": { base64 }, "/b": "text" }), {
      data: { b: "text" },
      binaryData: { a: base64 },
    });
    assert.deepEqual(await mapOf({ "/a": { base64 } }), { data: undefined, binaryData: { a: base64 } });
    assert.deepEqual(await mapOf({ "/b": "text" }), { data: { b: "text" }, binaryData: undefined });
    await assert.rejects(
      render("charts/microservice", {
        image: { repository: "a/b", tag: "1" },
        resources: { requests: { cpu: "1m", memory: "1Mi" }, limits: { memory: "1Mi" } },
        config: { files: { a: { path: "/a" } } },
      }),
      /config\.files\.a: set either content or base64/,
    );
  });
});

describe("the templates of External Secrets", () => {
  it("encode a password the way the stack would, in each format", async () => {
    const settings = { externalSecrets: { store: { name: "vault" }, path: "eu" } };
    const { secrets } = planFor(shop, settings);
    const data: Record<string, string> = {};
    for (const name of ["web-env-external", "web-files-external"]) {
      const secret = secrets[name] as SecretPlan;
      Object.assign(
        data,
        externalSecret(name, "shop", secret, secret.external as ExternalSecretPlan).spec.target.template.data,
      );
    }
    const filled = await filledByGo(data, { "bank-shop": NASTY });
    assert.deepEqual(JSON.parse(filled["app-appsettings-json"] ?? ""), { a: { b: `x ${NASTY}` }, c: NASTY });
    assert.deepEqual(parse(filled["app-application-yml"] ?? ""), { a: NASTY });
    assert.equal(filled["app-a-conf"], `a {{ ${NASTY}`);
    assert.equal(new URL(filled.URL ?? "").password, new URL(stackUrl()).password);
    assert.equal(
      filled["app-a-xml"]?.replace(/&(#\d+|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity),
      `<a>${NASTY}</a>`,
    );
    assert.equal(
      filled["app-application-properties"]?.replace(/\\(u([0-9a-f]{4})|.)/g, (_, one, code) =>
        code === undefined ? one : String.fromCharCode(Number.parseInt(code, 16)),
      ),
      `a=${NASTY}`,
    );
  });
});

const ENTITIES: Record<string, string> = {
  "&#34;": '"',
  "&#39;": "'",
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
};

const stackUrl = (): string => {
  const { secrets } = planFor(shop, { credentials: { "bank-shop": NASTY } });
  return fillText(secrets["web-env"]?.keys.URL ?? [], { "bank-shop": NASTY });
};

/** Renders templates with Helm, which has the same Go and sprig functions as the operator. */
async function filledByGo(
  templates: Record<string, string>,
  values: Record<string, string>,
): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-go-"));
  try {
    mkdirSync(join(folder, "templates"));
    writeFileSync(join(folder, "Chart.yaml"), "apiVersion: v2\nname: go\nversion: 1.0.0\n");
    writeFileSync(
      join(folder, "templates/all.yaml"),
      "{{- range $key, $text := .Values.templates }}\n{{ $key }}: {{ tpl $text $.Values.data | toJson }}\n{{- end }}\n",
    );
    return parse(
      await template(folder, { release: "go", namespace: "go", values: { templates, data: values } }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
