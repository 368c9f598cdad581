/** Plans the ports of services and sidecars. */
import type { Port } from "../../model/application";
import { servicePort } from "../../model/graph";
import { type PortProtocol, transportOf } from "../../model/ports";
import { compact } from "../../model/records";
import type { Ports } from "./microservice-values";

/** Kubernetes' `appProtocol` by protocol. gRPC is HTTP/2 without TLS. */
const APP_PROTOCOLS: Partial<Record<PortProtocol, string>> = { http: "http", grpc: "kubernetes.io/h2c" };

/** Returns the chart's values for a port. */
export function portValues(port: Port): Ports[string] {
  const { container, protocol, appProtocol = APP_PROTOCOLS[protocol] } = port;
  const transport = transportOf(protocol);
  return compact({
    container,
    service: servicePort(port),
    protocol: transport === "TCP" ? undefined : transport,
    appProtocol,
  });
}
