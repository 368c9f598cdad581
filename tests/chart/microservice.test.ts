/** The shared chart, feature by feature and refusal by refusal. */
import assert from "node:assert/strict";
import execa from "execa";
import { PROJECT } from "../../tools/paths";
import { helm, type KubernetesObject, ofKind, render } from "./render";

const image = { repository: "example.com/web", tag: "1.0.0" };
const container = (objects: KubernetesObject[]) =>
  ofKind(objects, "Deployment").spec.template.spec.containers[0];
const renderWith = (values: object) => render("charts/microservice", { image, ...values } as never);

describe("the charts", () => {
  for (const chart of ["microservice", "store"])
    it(`${chart} passes helm lint --strict`, async () => {
      const values: Record<string, unknown> = {
        "image.repository": "a",
        "image.tag": "1",
        port: 1,
        dataPath: "/data",
      };
      const needed = chart === "store" ? Object.keys(values) : ["image.repository", "image.tag"];
      const set = needed.flatMap((key) => [
        typeof values[key] === "number" ? "--set" : "--set-string",
        `${key}=${values[key]}`,
      ]);
      const { all } = await execa(await helm(), ["lint", "--strict", `charts/${chart}`, ...set], {
        cwd: PROJECT,
        all: true,
      });
      assert.match(all ?? "", /0 chart\(s\) failed/);
    });
});

describe("charts/microservice", () => {
  it("makes the least from an image alone", async () => {
    const objects = await renderWith({});
    assert.deepEqual(objects.map(({ kind }) => kind).sort(), ["Deployment", "ServiceAccount"]);
    const { spec } = ofKind(objects, "Deployment");
    assert.deepEqual(spec.strategy, {
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
    assert.equal(container(objects).image, "example.com/web:1.0.0");
  });

  it("keeps a numeric tag a string", async () => {
    assert.equal(
      container(await renderWith({ image: { ...image, tag: "1.10" } })).image,
      "example.com/web:1.10",
    );
  });

  it("sets environment variables from text and from Secrets, in a stable order", async () => {
    const env = { B: "2", A: "yes", SECRET: { secret: "web-env", key: "SECRET" } };
    assert.deepEqual(container(await renderWith({ env })).env, [
      { name: "A", value: "yes" },
      { name: "B", value: "2" },
      { name: "SECRET", valueFrom: { secretKeyRef: { name: "web-env", key: "SECRET" } } },
    ]);
  });

  it("serves its ports under the Service's own numbers", async () => {
    const ports = {
      http: { container: 8080, service: 80, protocol: "http" },
      rpc: { container: 9000, protocol: "grpc" },
    };
    const objects = await renderWith({ ports });
    assert.deepEqual(ofKind(objects, "Service").spec.ports, [
      { name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" },
      { name: "rpc", port: 9000, targetPort: "rpc", protocol: "TCP", appProtocol: "kubernetes.io/h2c" },
    ]);
    assert.deepEqual(
      container(objects).ports.map(({ containerPort }: { containerPort: number }) => containerPort),
      [8080, 9000],
    );
  });

  const ports = { http: { container: 8080 }, rpc: { container: 9000, protocol: "grpc" } };
  const probes: [string, object, object][] = [
    ["http", { http: { path: "/health", port: "http" } }, { httpGet: { path: "/health", port: "http" } }],
    ["grpc", { grpc: { port: "rpc" } }, { grpc: { port: 9000 } }],
    ["tcp", { tcp: { port: "http" } }, { tcpSocket: { port: "http" } }],
    ["exec", { exec: { command: ["true"] } }, { exec: { command: ["true"] } }],
  ];
  for (const [name, given, expected] of probes)
    it(`probes by ${name}`, async () => {
      const objects = await renderWith({ ports, probes: { readiness: { ...given, periodSeconds: 7 } } });
      assert.deepEqual(container(objects).readinessProbe, { ...expected, periodSeconds: 7 });
      assert.equal(container(objects).livenessProbe, undefined);
    });

  it("waits for ports before it starts, in containers that meet `restricted`", async () => {
    const objects = await renderWith({ waitFor: { mysql: { host: "mysql", port: 3306 } } });
    const [wait] = ofKind(objects, "Deployment").spec.template.spec.initContainers;
    assert.equal(wait.name, "wait-for-mysql");
    assert.deepEqual(wait.env, [
      { name: "HOST", value: "mysql" },
      { name: "PORT", value: "3306" },
    ]);
    assert.equal(wait.securityContext.readOnlyRootFilesystem, true);
  });

  it("waits for names only where nobody has to answer yet, and rolls when its Secrets change", async () => {
    const waitForNames = { cart: { host: "cart", port: 8080 } };
    const { metadata, spec } = ofKind(await renderWith({ waitForNames, secretChecksum: "abc" }), "Deployment")
      .spec.template;
    assert.match(spec.initContainers[0].args[0], /^until ! nc .*bad address/);
    assert.equal(metadata.annotations["checksum/secrets"], "abc");
  });

  it("puts files in place byte by byte, and rolls the pods when one changes", async () => {
    const content = 'line 1\n  "quoted" {{ not a template }} $uri\n\ttab\n';
    const withFile = (text: string) =>
      renderWith({ files: { conf: { path: "/etc/app.conf", content: text } } });
    const objects = await withFile(content);
    assert.equal(ofKind(objects, "ConfigMap").data.conf, content);
    const checksum = (rendered: KubernetesObject[]) =>
      ofKind(rendered, "Deployment").spec.template.metadata.annotations["checksum/files"];
    assert.equal(checksum(objects), checksum(await withFile(content)));
    assert.notEqual(checksum(objects), checksum(await withFile(`${content} `)));
  });

  it("is reached over TLS when it has a certificate", async () => {
    const ingress = { host: "shop.example.com", port: "http", className: "nginx", tlsSecret: "shop-tls" };
    const { spec } = ofKind(await renderWith({ ports, ingress }), "Ingress");
    assert.equal(spec.ingressClassName, "nginx");
    assert.deepEqual(spec.tls, [{ hosts: ["shop.example.com"], secretName: "shop-tls" }]);
  });

  const refusals: [string, object, RegExp][] = [
    ["an unknown key", { replica: 1 }, /additional properties 'replica' not allowed|replica/],
    ["a tag that is a number", { image: { ...image, tag: 1.1 } }, /got number, want string/],
    ["the tag latest", { image: { ...image, tag: "latest" } }, /image\/tag|image.tag/],
    ["no tag", { image: { repository: "a" } }, /missing property 'tag'|tag/],
    ["a port out of range", { ports: { http: { container: 70000 } } }, /70,?000|maximum/],
    [
      "two kinds of probe at once",
      { probes: { readiness: { tcp: { port: "a" }, exec: { command: ["a"] } } } },
      /oneOf/,
    ],
    [
      "a probe of an unknown port",
      { probes: { readiness: { grpc: { port: "rpc" } } } },
      /probe asks unknown port "rpc"/,
    ],
    [
      "an http probe of an unknown port",
      { probes: { liveness: { http: { path: "/", port: "x" } } } },
      /unknown port "x"/,
    ],
    ["root", { user: { uid: 0, gid: 0 } }, /minimum/],
    ["an ingress without a port", { ingress: { host: "a.b" } }, /port/],
    ["a relative path", { writable: { tmp: "tmp" } }, /pattern/],
  ];
  for (const [name, values, message] of refusals)
    it(`refuses ${name}`, async () => {
      await assert.rejects(renderWith(values), message);
    });
});
