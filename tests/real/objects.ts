/** Objects of the test: a server, a client that it admits and one that it does not, a volume, and an autoscaler. */
import { IDLE, podSpec } from "./pod-spec";

export const NAMESPACE = "real-test";

const SERVER = `require("http").createServer((_, r) => r.end("ok")).listen(8080); process.on("SIGTERM", () => process.exit())`;
/** Computes half of the time. */
const BUSY = `setInterval(() => { const end = Date.now() + 50; while (Date.now() < end); }, 100); process.on("SIGTERM", () => process.exit())`;

const pod = (name: string, image: string, script: string, claim?: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  ...podTemplate(name, image, script, claim),
});

const podTemplate = (name: string, image: string, script: string, claim?: string): object => ({
  metadata: { name, namespace: NAMESPACE, labels: { app: name } },
  spec: podSpec(image, script, { isServer: script === SERVER, claim }),
});

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
