/** Objects of the autoscaling test: the custom metrics API, and clients whose requests take long. */
import { credentialsIn } from "../../../dev/sandbox/nodes/api-client";
import { run } from "../../e2e/world";
import { CALLERS, callerPod } from "./callers";
import { NAMESPACE, shopWorld } from "./shop";

export const METRIC = "http_requests_in_flight";

const API = "v1beta2.custom.metrics.k8s.io";

/** The adapter, and the registration of its API. */
export function metricsApi(): object[] {
  const { cert, key } = credentialsIn(shopWorld.kubeconfig);
  const inCallers = { name: "metrics", namespace: CALLERS };
  const inShop = { name: "metrics", namespace: NAMESPACE };
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: inCallers,
      stringData: { TLS_CERT: cert.toString(), TLS_KEY: key.toString() },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: inShop,
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: inShop,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "metrics" },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace: CALLERS }],
    },
    callerPod("metrics", {
      env: [
        { name: "METRIC", value: METRIC },
        { name: "METRICS_PORT", value: "3000" },
        { name: "METRICS_PATH", value: "/metrics" },
      ],
      envFrom: [{ secretRef: { name: "metrics" } }],
      readinessProbe: { tcpSocket: { port: 8443 }, periodSeconds: 1 },
    }),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: inCallers,
      spec: { selector: { app: "metrics" }, ports: [{ port: 443, targetPort: 8443 }] },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: API },
      spec: {
        group: "custom.metrics.k8s.io",
        version: "v1beta2",
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { ...inCallers, port: 443 },
      },
    },
  ];
}

export const metricsApiAvailable = () =>
  run("kubectl", ["wait", "--for=condition=Available", "--timeout=60s", `apiservice/${API}`]);

/** Removes the API: while its pod is away, clients of the API server would wait for it. */
export async function deleteMetricsApi(): Promise<void> {
  await run("kubectl", ["delete", "apiservice", API]);
  await run("kubectl", ["delete", "role,rolebinding", "metrics", "-n", NAMESPACE]);
  await run("kubectl", ["delete", "pod,service,secret", "metrics", "-n", CALLERS]);
}

/** Keeps eight requests in flight. */
export const slowClients = (url: string): object =>
  callerPod("slow", {
    env: [
      { name: "SLOW_URL", value: url },
      { name: "SLOW_COUNT", value: "8" },
    ],
  });
