/** Objects of the test: a server, a client that it admits and one that it does not, a volume, and an autoscaler. */
export const NAMESPACE = "real-test";

const SERVER = `require("http").createServer((_, r) => r.end("ok")).listen(8080); process.on("SIGTERM", () => process.exit())`;
/** Computes half of the time. */
const BUSY = `setInterval(() => { const end = Date.now() + 50; while (Date.now() < end); }, 100); process.on("SIGTERM", () => process.exit())`;
const IDLE = `setInterval(() => {}, 1e6); process.on("SIGTERM", () => process.exit())`;

const pod = (name: string, image: string, script: string, volume?: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  ...podTemplate(name, image, script, volume),
});

function podTemplate(name: string, image: string, script: string, volume?: string): object {
  return {
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

export const namespaceObject = (name: string): object => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
});

export const objects = (image: string): object[] => [
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
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "busy", namespace: NAMESPACE },
    spec: { selector: { matchLabels: { app: "busy" } }, template: podTemplate("busy", image, BUSY) },
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "busy", namespace: NAMESPACE },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "busy" },
      minReplicas: 1,
      maxReplicas: 2,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 200 } },
        },
      ],
    },
  },
];
