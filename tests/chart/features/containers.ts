/** The container: image, variables, ports, probes, lifecycle, resources, directories, volumes. */
import assert from "node:assert/strict";
import { ofKind } from "../render";
import {
  BOTH,
  containerOf,
  envOf,
  type Feature,
  HTTP,
  IMAGE,
  LET_OUT,
  namesOf,
  podOf,
  RESOURCES,
  workloadOf,
} from "./feature";

const probe = (name: string, given: object, expected: object): Feature => ({
  name: `probes by ${name}`,
  values: { ports: BOTH, probes: { readiness: { ...given, periodSeconds: 7 } } },
  expect: (objects) => {
    assert.deepEqual(containerOf(objects).readinessProbe, { ...expected, periodSeconds: 7 });
    assert.equal(containerOf(objects).livenessProbe, undefined, "liveness is never made up");
  },
});

const volume = (name: string, given: object, expected: object): Feature => ({
  name: `mounts a volume from ${name}`,
  values: { volumes: { it: given }, mounts: { it: { path: "/it", readOnly: true } } },
  expect: (objects) => {
    assert.deepEqual(podOf(objects).spec.volumes, [{ name: "it", ...expected }]);
    assert.deepEqual(containerOf(objects).volumeMounts, [{ name: "it", mountPath: "/it", readOnly: true }]);
  },
});

export const CONTAINER_FEATURES: Feature[] = [
  {
    name: "keeps a numeric tag a string",
    values: { image: { ...IMAGE, tag: "1.10" } },
    expect: (objects) => {
      assert.equal(containerOf(objects).image, "example.com/web:1.10");
      assert.equal(workloadOf(objects).metadata.labels["app.kubernetes.io/version"], "1.10");
    },
  },
  {
    name: "prefers a digest to a tag",
    values: { image: { ...IMAGE, digest: `sha256:${"ab".repeat(32)}` }, imagePullSecrets: ["registry"] },
    expect: (objects) => {
      assert.equal(containerOf(objects).image, `example.com/web@sha256:${"ab".repeat(32)}`);
      assert.equal(podOf(objects).metadata.labels["app.kubernetes.io/version"], "abababababab");
      assert.deepEqual(podOf(objects).spec.imagePullSecrets, [{ name: "registry" }]);
    },
  },
  {
    name: "restarts its containers without the registry, unless the values say otherwise",
    values: {
      ...LET_OUT,
      image: { ...IMAGE, pullPolicy: "Always" },
      sidecars: { proxy: { image: IMAGE, resources: RESOURCES } },
      waitFor: { mysql: { host: "mysql", port: 3306 } },
    },
    expect: (objects) => {
      const { containers, initContainers } = podOf(objects).spec;
      assert.equal(containers[0].imagePullPolicy, "Always");
      for (const { name, imagePullPolicy } of initContainers)
        assert.equal(imagePullPolicy, "IfNotPresent", name);
    },
  },
  {
    name: "replaces entrypoint and arguments",
    values: { command: ["/bin/a"], args: ["--b", "c: d"] },
    expect: (objects) => {
      assert.deepEqual(containerOf(objects).command, ["/bin/a"]);
      assert.deepEqual(containerOf(objects).args, ["--b", "c: d"]);
    },
  },
  {
    name: "sets variables from text, Secrets, ConfigMaps, fields and resources, in a stable order",
    values: {
      env: {
        B: "2",
        A: "yes",
        NUMBER: "010",
        CONFIG: { configMap: "shared", key: "a.b", optional: true },
        SECRET: { secret: "web-env", key: "SECRET" },
        POD: { field: "metadata.name" },
        MEMORY: { resource: "limits.memory", divisor: "1Mi" },
      },
    },
    expect: (objects) =>
      assert.deepEqual(envOf(objects), [
        { name: "A", value: "yes" },
        { name: "B", value: "2" },
        { name: "CONFIG", valueFrom: { configMapKeyRef: { name: "shared", key: "a.b", optional: true } } },
        { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
        { name: "NUMBER", value: "010" },
        { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "SECRET", valueFrom: { secretKeyRef: { name: "web-env", key: "SECRET" } } },
      ]),
  },
  {
    name: "orders variables after those they refer to, because Kubernetes only expands earlier ones",
    values: { env: { A_URL: "http://$(POD)", POD: { field: "metadata.name" } } },
    expect: (objects) => assert.deepEqual(namesOf(envOf(objects)), ["POD", "A_URL"]),
  },
  {
    name: "orders variables with references by their references",
    values: {
      env: {
        A_URL: "http://$(B_ADDRESS)/$$(A_URL)",
        B_ADDRESS: "$(C_HOST):$(D_PORT)",
        C_HOST: "$(POD).web",
        D_PORT: "80",
        POD: { field: "metadata.name" },
      },
    },
    expect: (objects) =>
      assert.deepEqual(namesOf(envOf(objects)), ["D_PORT", "POD", "C_HOST", "B_ADDRESS", "A_URL"]),
  },
  {
    name: "accepts variables with dots and dashes",
    values: { env: { "discovery.type": "single-node", "cluster-name": "a", ".hidden": "b" } },
    expect: (objects) =>
      assert.deepEqual(namesOf(envOf(objects)), [".hidden", "cluster-name", "discovery.type"]),
  },
  {
    name: "turns whole Secrets and ConfigMaps into variables",
    values: { envFrom: { b: { secret: "vault", prefix: "V_" }, a: { configMap: "shared", optional: true } } },
    expect: (objects) =>
      assert.deepEqual(containerOf(objects).envFrom, [
        { configMapRef: { name: "shared", optional: true } },
        { secretRef: { name: "vault" }, prefix: "V_" },
      ]),
  },
  {
    name: "listens on several ports, including UDP, and exposes some of them",
    values: {
      ports: {
        ...BOTH,
        gossip: { container: 7946, protocol: "UDP" },
        admin: { container: 9090, expose: false },
      },
    },
    expect: (objects) => {
      assert.deepEqual(ofKind(objects, "Service").spec.ports, [
        { name: "gossip", port: 7946, targetPort: "gossip", protocol: "UDP" },
        { name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" },
        { name: "rpc", port: 9000, targetPort: "rpc", protocol: "TCP", appProtocol: "kubernetes.io/h2c" },
      ]);
      assert.deepEqual(
        containerOf(objects).ports.map(({ containerPort }: { containerPort: number }) => containerPort),
        [9090, 7946, 8080, 9000],
      );
    },
  },
  probe(
    "http, with headers",
    { http: { path: "/health", port: "http", scheme: "HTTPS", headers: { Cookie: "a=b" } } },
    {
      httpGet: {
        path: "/health",
        port: "http",
        scheme: "HTTPS",
        httpHeaders: [{ name: "Cookie", value: "a=b" }],
      },
    },
  ),
  probe(
    "grpc",
    { grpc: { port: "rpc", service: "shop.Cart" } },
    { grpc: { port: 9000, service: "shop.Cart" } },
  ),
  probe("tcp", { tcp: { port: "http" } }, { tcpSocket: { port: "http" } }),
  probe("exec", { exec: { command: ["true"] } }, { exec: { command: ["true"] } }),
  {
    name: "has different startup, readiness and liveness probes",
    values: {
      ports: HTTP,
      probes: {
        startup: { http: { path: "/live", port: "http" }, failureThreshold: 30, timeoutSeconds: 2 },
        readiness: { http: { path: "/ready", port: "http" }, successThreshold: 2, initialDelaySeconds: 3 },
        liveness: { tcp: { port: "http" }, periodSeconds: 20 },
      },
    },
    expect: (objects) => {
      const container = containerOf(objects);
      assert.deepEqual(container.startupProbe, {
        httpGet: { path: "/live", port: "http" },
        failureThreshold: 30,
        timeoutSeconds: 2,
      });
      assert.equal(container.readinessProbe.successThreshold, 2);
      assert.deepEqual(container.livenessProbe, { tcpSocket: { port: "http" }, periodSeconds: 20 });
    },
  },
  {
    name: "sleeps before SIGTERM if it has ports, without a shell",
    values: {
      ports: HTTP,
      lifecycle: { preStop: { sleep: 12 }, postStart: { exec: ["/warm-up"] } },
      terminationGracePeriodSeconds: 45,
    },
    expect: (objects) => {
      assert.deepEqual(containerOf(objects).lifecycle, {
        preStop: { sleep: { seconds: 12 } },
        postStart: { exec: { command: ["/warm-up"] } },
      });
      assert.equal(podOf(objects).spec.terminationGracePeriodSeconds, 45);
    },
  },
  {
    name: "does not sleep without ports, and runs a command instead if there is one",
    values: { lifecycle: { preStop: { exec: ["/quit"] } } },
    expect: (objects) =>
      assert.deepEqual(containerOf(objects).lifecycle, { preStop: { exec: { command: ["/quit"] } } }),
  },
  {
    name: "has requests and limits",
    values: { resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "2Gi" } } },
    expect: (objects) =>
      assert.deepEqual(containerOf(objects).resources, {
        requests: { cpu: "1", memory: "1Gi", "ephemeral-storage": "64Mi" },
        limits: { cpu: "2", memory: "2Gi", "ephemeral-storage": "1Gi" },
      }),
  },
  {
    name: "can only write to the directories in its values",
    values: { writable: { tmp: "/tmp", cache: { path: "/cache", sizeLimit: "64Mi", medium: "Memory" } } },
    expect: (objects) => {
      assert.deepEqual(podOf(objects).spec.volumes, [
        { name: "write-cache", emptyDir: { sizeLimit: "64Mi", medium: "Memory" } },
        { name: "write-tmp", emptyDir: {} },
      ]);
      assert.deepEqual(containerOf(objects).volumeMounts, [
        { name: "write-cache", mountPath: "/cache" },
        { name: "write-tmp", mountPath: "/tmp" },
      ]);
      assert.equal(containerOf(objects).securityContext.readOnlyRootFilesystem, true);
    },
  },
  volume(
    "a CSI driver",
    { csi: { driver: "secrets.example.com", readOnly: true, attributes: { role: "web" }, secret: "login" } },
    {
      csi: {
        driver: "secrets.example.com",
        readOnly: true,
        volumeAttributes: { role: "web" },
        nodePublishSecretRef: { name: "login" },
      },
    },
  ),
  volume("an emptyDir", { emptyDir: { sizeLimit: "1Gi" } }, { emptyDir: { sizeLimit: "1Gi" } }),
  volume(
    "a ConfigMap",
    { configMap: { name: "shared", items: { a: "b" }, optional: true } },
    { configMap: { name: "shared", items: [{ key: "a", path: "b" }], optional: true } },
  ),
  volume(
    "a Secret",
    { secret: { name: "tls", defaultMode: 288 } },
    { secret: { secretName: "tls", defaultMode: 288 } },
  ),
  volume(
    "a claim",
    { pvc: { name: "archive", readOnly: true } },
    { persistentVolumeClaim: { claimName: "archive", readOnly: true } },
  ),
  volume(
    "the downward API",
    { downwardAPI: { labels: "metadata.labels" } },
    { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
  ),
  volume(
    "several sources",
    {
      projected: {
        token: { serviceAccountToken: { path: "token", audience: "vault", expirationSeconds: 3600 } },
        key: { secret: { name: "key", items: { k: "p" } } },
      },
    },
    {
      projected: {
        sources: [
          { secret: { name: "key", items: [{ key: "k", path: "p" }] } },
          { serviceAccountToken: { path: "token", audience: "vault", expirationSeconds: 3600 } },
        ],
      },
    },
  ),
  {
    name: "mounts one volume at several paths",
    values: {
      volumes: { data: { emptyDir: {} } },
      mounts: { data: "/data", logs: { volume: "data", path: "/logs", subPath: "logs" } },
    },
    expect: (objects) =>
      assert.deepEqual(containerOf(objects).volumeMounts, [
        { name: "data", mountPath: "/data" },
        { name: "data", mountPath: "/logs", subPath: "logs" },
      ]),
  },
];
