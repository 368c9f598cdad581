/** Objects that connect the API server with the sandbox's metrics API. */
import { METRICS_PORT, NETWORK } from "./layout";

const NAME = "metrics-server";
const NAMESPACE = "kube-system";

export function metricsObjects(): object[] {
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: { ports: [{ name: "https", port: 443, targetPort: METRICS_PORT }] },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: NAME, namespace: NAMESPACE, labels: { "kubernetes.io/service-name": NAME } },
      addressType: "IPv4",
      ports: [{ name: "https", port: METRICS_PORT, protocol: "TCP" }],
      endpoints: [{ addresses: [NETWORK.hub], conditions: { ready: true } }],
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1beta1.metrics.k8s.io" },
      spec: {
        group: "metrics.k8s.io",
        version: "v1beta1",
        groupPriorityMinimum: 100,
        versionPriority: 100,
        // Its certificate is that of the API server; nothing else is in this network.
        insecureSkipTLSVerify: true,
        service: { name: NAME, namespace: NAMESPACE, port: 443 },
      },
    },
  ];
}
