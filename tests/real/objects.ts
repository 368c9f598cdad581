/** Objects of the test: a server, a client that it admits and one that it does not, a volume, and an autoscaler. */
import { IDLE, podSpec } from "./pod-spec";
import { dataClaim, servedAt } from "./shared-objects";

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

export const objects = (image: string): object[] => [
  ...servedAt("server", NAMESPACE),
  dataClaim(NAMESPACE),
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
