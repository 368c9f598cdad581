/** Objects of the test: a server, a client that it admits and one that it does not, and a volume. */
export const NAMESPACE = "real-test";

const SERVER = `require("http").createServer((_, r) => r.end("ok")).listen(8080); process.on("SIGTERM", () => process.exit())`;
const IDLE = `setInterval(() => {}, 1e6); process.on("SIGTERM", () => process.exit())`;

function pod(name: string, image: string, script: string, volume?: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        fsGroup: 2000,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "main",
          image,
          imagePullPolicy: "IfNotPresent",
          args: ["-e", script],
          ...(name === "server"
            ? { readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 } }
            : {}),
          resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: volume === undefined ? [] : [{ name: "data", mountPath: "/data" }],
        },
      ],
      volumes: volume === undefined ? [] : [{ name: "data", persistentVolumeClaim: { claimName: volume } }],
    },
  };
}

export const objects = (image: string): object[] => [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  },
  {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default", namespace: NAMESPACE },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "server", namespace: NAMESPACE },
    spec: {
      podSelector: { matchLabels: { app: "server" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "client" } } }], ports: [{ port: 8080 }] }],
    },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: NAMESPACE },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "server", namespace: NAMESPACE },
    spec: { selector: { app: "server" }, ports: [{ port: 8080 }] },
  },
  pod("server", image, SERVER),
  pod("client", image, IDLE, "data"),
  pod("stranger", image, IDLE),
];
