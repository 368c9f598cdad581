/** Pods that call order-service, from the namespace of its callers. */
import { CLIENT_IMAGE } from "./images";

/** The namespace of order-service's callers and neighbors, according to its inventory. */
export const CALLERS = "microservices";

/** A pod with one of the test's programs, which the network policies admit as a caller. */
export const callerPod = (
  name: string,
  spec: { env?: object[]; envFrom?: object[]; readinessProbe?: object },
) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: CALLERS, labels: { app: name, "app.kubernetes.io/name": "api-gateway" } },
  spec: {
    // The other node is lost in a test.
    nodeName: "real-0",
    containers: [{ name, image: CLIENT_IMAGE, imagePullPolicy: "IfNotPresent", args: [name], ...spec }],
  },
});
