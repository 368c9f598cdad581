/** The ports of a service, and how clients reach its pods. */
import { own } from "./graph";

/** The protocols of a port, with the transport protocol that each uses. */
const TRANSPORTS = { http: "TCP", grpc: "TCP", tcp: "TCP", udp: "UDP", sctp: "SCTP" } as const;

/** The protocol of a port of a service. */
export type PortProtocol = keyof typeof TRANSPORTS;

/** The protocols of a port, for schemas and messages. */
export const PORT_PROTOCOLS = Object.keys(TRANSPORTS) as [PortProtocol, ...PortProtocol[]];

/** A transport protocol, as Kubernetes names it. */
export type Transport = (typeof TRANSPORTS)[PortProtocol];

/** A port of a service. */
export interface Port {
  /** The port the program listens on, 1 to 65535. Two ports can have the same number if one is TCP and the other UDP or SCTP. */
  container: number;
  /** The port of the Kubernetes Service. Default: the container's. */
  service?: number;
  /** The protocol of the port. */
  protocol: PortProtocol;
  /** Kubernetes' `appProtocol`, such as `https` or `kubernetes.io/ws`. Default: `http` for http, `kubernetes.io/h2c` for grpc, else none. */
  appProtocol?: string;
}

/** Connections of one client address go to the same pod. */
export interface SessionAffinity {
  /** Seconds without a connection after which the next one may go to another pod, 1 to 86400. Default: 10800 (3 hours). */
  seconds?: number;
}

/** Returns the transport protocol of a port, an edge or an external. Protocols of stores, such as `mysql`, use TCP. */
export const transportOf = (protocol: string): Transport => own(TRANSPORTS, protocol) ?? "TCP";

/** Whether a port, an edge or an external uses TCP. */
export const isTcp = ({ protocol }: { protocol: string }): boolean => transportOf(protocol) === "TCP";
