/** What the shared chart renders for a service with containers beside it, and with content of others. */
import assert from "node:assert/strict";
import { kubeScore } from "../../cli/tools/checks/kube-score";
import { configMapKey, containerResource, podField, secret, secretKey } from "../../src/model/text";
import { application, planFor, service } from "../support";
import { releasesOf } from "./examples";
import {
  asText,
  type KubernetesObject,
  parseObjects,
  podsOf,
  renderText,
  restrictedViolations,
} from "./render";

const resources = {
  requests: { cpu: "10m", memory: "32Mi" },
  limits: { cpu: "100m", memory: "64Mi" },
};
const image = { repository: "example.com/agent", tag: "1.0.0" };

const PLAN = planFor(
  application({
    secrets: { agent: { reason: "a key" } },
    services: {
      web: service({
        writable: ["/var/log/app"],
        files: { "/etc/agent.yaml": "a: b" },
        env: {
          IP: [podField("status.podIP")],
          LISTEN: "tcp://$(IP):80",
          MEMORY: [containerResource("limits.memory", "1Mi")],
          TOKEN: [secretKey("partner", "token")],
          MODE: [configMapKey("settings", "mode", { optional: true })],
        },
        envFrom: { partner: { secret: "partner", prefix: "P_" } },
        volumes: {
          tls: { path: "/etc/tls", secret: "tls", keys: { "tls.crt": "cert.pem" } },
          conf: { path: "/etc/app.conf", subPath: "app.conf", configMap: "app" },
          uploads: { path: "/uploads", claim: "uploads", accessMode: "ReadWriteMany" },
          vault: { path: "/vault", csi: { driver: "secrets-store.csi.k8s.io", readOnly: true } },
          all: {
            path: "/var/run/all",
            projected: {
              token: { token: { path: "token", audience: "vault" } },
              pod: { fields: { labels: "metadata.labels" } },
            },
          },
        },
        sidecars: {
          agent: {
            image,
            resources,
            env: { KEY: [secret("agent")] },
            writable: ["/tmp"],
            mounts: { "/var/log/app": "/logs", "/etc/agent.yaml": "/etc/agent.yaml", "/etc/tls": "/tls" },
            ports: { health: { container: 8081, protocol: "http" } },
            probe: { http: { path: "/ready", port: "health" } },
          },
        },
        initContainers: {
          second: { image, resources, mounts: { "/var/log/app": "/out" } },
          first: { image, resources, writable: ["/tmp"] },
        },
      }),
    },
  }),
  { distribution: "upstream", replicas: 2 },
);

describe("containers beside a program, as the chart renders them", () => {
  let objects: KubernetesObject[];
  let spec: ReturnType<typeof podsOf>[number];

  before(async () => {
    const rendered = await Promise.all(releasesOf(PLAN).map((release) => renderText(release)));
    objects = rendered.flatMap(parseObjects);
    [spec = assert.fail("no pod")] = podsOf(objects);
  });

  it("start in this order: sidecars, then the init containers as written", () => {
    assert.deepEqual(
      spec.initContainers?.map(({ name }: { name: string }) => name),
      ["agent", "second", "first"],
    );
  });

  it("meet Pod Security `restricted`, with a read-only root file system and limits", () => {
    assert.deepEqual(restrictedViolations(spec), []);
    assert.equal(spec.automountServiceAccountToken, false);
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
      assert.equal(container.securityContext.readOnlyRootFilesystem, true);
      assert.ok(container.resources.limits.memory, container.name);
    }
  });

  it("mount only volumes that exist, each path once", () => {
    const volumes = (spec.volumes ?? []).map(({ name }: { name: string }) => name);
    assert.equal(new Set(volumes).size, volumes.length);
    for (const { name, volumeMounts = [] } of [...spec.containers, ...(spec.initContainers ?? [])]) {
      const paths = volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
      assert.equal(new Set(paths).size, paths.length, name);
      for (const mount of volumeMounts) assert.ok(volumes.includes(mount.name), `${name}: ${mount.name}`);
    }
  });

  it("satisfy kube-score", async function () {
    // It may have to be built first.
    this.timeout(10 * 60_000);
    const { findings } = await kubeScore(asText(objects));
    assert.deepEqual(findings, []);
  });
});
