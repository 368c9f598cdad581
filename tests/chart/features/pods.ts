/** Additional containers of the pod, and its configuration. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../../cli/tools/paths";
import { CHART } from "../examples";
import {
  annotationsOf,
  containerOf,
  type Feature,
  IMAGE,
  LET_OUT,
  namesOf,
  podOf,
  RESOURCES,
} from "./feature";

export const POD_FEATURES: Feature[] = [
  {
    name: "runs native sidecars, sidecars and init containers in order, with the same security context",
    values: {
      sidecars: {
        proxy: {
          image: IMAGE,
          resources: RESOURCES,
          ports: { proxy: { container: 15000 } },
          env: { A: "b" },
        },
        logs: { native: false, image: IMAGE, resources: RESOURCES },
      },
      initContainers: {
        b: { order: -1, image: IMAGE, resources: RESOURCES, command: ["/b"] },
        a: { image: IMAGE, resources: RESOURCES },
        c: { order: 10, image: IMAGE, resources: RESOURCES },
      },
      waitFor: { mysql: { host: "mysql", port: 3306 } },
      ...LET_OUT,
    },
    expect: (objects) => {
      const { initContainers, containers } = podOf(objects).spec;
      assert.deepEqual(namesOf(initContainers), ["proxy", "wait-for-dependencies", "b", "a", "c"]);
      assert.deepEqual(namesOf(containers), ["web", "logs"]);
      assert.equal(initContainers[0].restartPolicy, "Always");
      assert.equal(initContainers[1].restartPolicy, undefined);
      for (const { name, securityContext } of [...initContainers, ...containers]) {
        assert.equal(securityContext.readOnlyRootFilesystem, true, name);
        assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] }, name);
      }
    },
  },
  {
    name: "waits in one container until ports accept connections and names resolve",
    values: {
      ...LET_OUT,
      waitFor: {
        mysql: { host: "mysql", port: 3306 },
        cart: { host: "cart", port: 8080, until: "resolves" },
        users: { host: "users", port: 80, seconds: 120 },
      },
      waitImage: { repository: "mirror/busybox", tag: "1.36.1" },
    },
    expect: (objects) => {
      const [wait, ...others] = podOf(objects).spec.initContainers;
      assert.deepEqual(others, []);
      assert.equal(wait.name, "wait-for-dependencies");
      assert.equal(wait.image, "mirror/busybox:1.36.1");
      assert.deepEqual(wait.env, [
        {
          name: "WAIT_FOR",
          value: "cart|resolves|cart|8080 mysql|answers|mysql|3306 users|answers|users|80|120",
        },
      ]);
      assert.deepEqual(wait.command, ["sh", "-c"]);
      assert.equal(wait.args[0], readFileSync(join(PROJECT, CHART, "files", "wait.sh"), "utf8"));
    },
  },
  {
    name: "puts configuration into variables and files, byte for byte",
    values: {
      config: {
        env: { LEVEL: "info", EMPTY: "" },
        files: {
          conf: { path: "/etc/app.conf", content: 'line 1\n  "quoted" {{ not a template }} $uri\n\ttab\n' },
        },
      },
    },
    expect: (objects) => {
      const maps = objects.filter(({ kind }) => kind === "ConfigMap");
      const data = Object.fromEntries(maps.map(({ metadata, data }) => [metadata.name, data]));
      assert.deepEqual(data, {
        "web-env": { LEVEL: "info", EMPTY: "" },
        "web-files": { conf: 'line 1\n  "quoted" {{ not a template }} $uri\n\ttab\n' },
      });
      assert.deepEqual(containerOf(objects).envFrom, [{ configMapRef: { name: "web-env" } }]);
      assert.deepEqual(containerOf(objects).volumeMounts, [
        { name: "files", mountPath: "/etc/app.conf", subPath: "conf", readOnly: true },
      ]);
      assert.match(annotationsOf(podOf(objects))["checksum/config"], /^[0-9a-f]{64}$/);
    },
  },
  {
    name: "reads Secrets from an external store",
    values: {
      externalSecrets: {
        vault: {
          store: { name: "vault", kind: "ClusterSecretStore" },
          keys: { KEY: { key: "a/b", property: "c" } },
        },
        all: { store: { name: "local" }, from: "a/all", refreshInterval: "15m" },
      },
      envFrom: { vault: { secret: "web-vault" } },
    },
    expect: (objects) => {
      const [all, vault] = objects.filter(({ kind }) => kind === "ExternalSecret");
      assert.deepEqual(vault.spec, {
        refreshInterval: "1h",
        secretStoreRef: { name: "vault", kind: "ClusterSecretStore" },
        target: { name: "web-vault" },
        data: [{ secretKey: "KEY", remoteRef: { key: "a/b", property: "c" } }],
      });
      assert.deepEqual(all.spec.dataFrom, [{ extract: { key: "a/all" } }]);
      assert.equal(all.spec.secretStoreRef.kind, "SecretStore");
    },
  },
  {
    name: "sets how pods resolve names, where they run and with which runtime",
    values: {
      hostAliases: { "db.local": "10.1.2.3" },
      dns: {
        policy: "None",
        nameservers: ["10.0.0.10"],
        searches: ["local"],
        options: { ndots: "2", rotate: "" },
      },
      runtimeClassName: "gvisor",
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "zone", labelSelector: { matchLabels: { app: "db" } } },
        ],
      },
      antiAffinity: "none",
    },
    expect: (objects) => {
      const { spec } = podOf(objects);
      assert.deepEqual(spec.hostAliases, [{ ip: "10.1.2.3", hostnames: ["db.local"] }]);
      assert.equal(spec.dnsPolicy, "None");
      assert.deepEqual(spec.dnsConfig, {
        nameservers: ["10.0.0.10"],
        searches: ["local"],
        options: [{ name: "ndots", value: "2" }, { name: "rotate" }],
      });
      assert.equal(spec.runtimeClassName, "gvisor");
      assert.deepEqual(Object.keys(spec.affinity), ["podAffinity"]);
    },
  },
  {
    name: "sets the working directory, and the one capability that Pod Security restricted admits",
    values: {
      workingDir: "/srv",
      netBindService: true,
      sidecars: { proxy: { image: IMAGE, resources: RESOURCES } },
    },
    expect: (objects) => {
      const { workingDir, securityContext } = containerOf(objects);
      assert.equal(workingDir, "/srv");
      assert.deepEqual(securityContext.capabilities, { drop: ["ALL"], add: ["NET_BIND_SERVICE"] });
      const [proxy] = podOf(objects).spec.initContainers;
      assert.equal(proxy.workingDir, undefined);
      assert.deepEqual(proxy.securityContext.capabilities, { drop: ["ALL"] });
    },
  },
];
