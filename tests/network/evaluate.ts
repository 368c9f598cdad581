/**
 * Decides whether network policies allow a connection (networking.k8s.io/v1, as documented). Written here because no
 * maintained evaluator was available as a package: the Go proxy did not serve netpol-analyzer and kube-network-policies, and
 * cyclonus cannot read a folder of manifests and evaluates `NotIn` incorrectly.
 */

export interface Pod {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  /** Ports that its containers declare. */
  ports: { name?: string; port: number; protocol: string }[];
}

/** An address outside the cluster. */
export interface Address {
  name: string;
  ip: string;
}

export type Endpoint = Pod | Address;

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}

interface PolicyPort {
  port?: number | string;
  endPort?: number;
  protocol?: string;
}

interface Rule {
  ports?: PolicyPort[];
  from?: Peer[];
  to?: Peer[];
}

export interface Policy {
  metadata: { name: string; namespace: string };
  spec: { podSelector: Selector; policyTypes?: string[]; ingress?: Rule[]; egress?: Rule[] };
}

export interface Cluster {
  policies: readonly Policy[];
  /** Labels by namespace, without the name label that Kubernetes adds. */
  namespaces?: Record<string, Record<string, string>>;
}

/** A port and its protocol: TCP, UDP or SCTP. */
export interface Target {
  port: number;
  protocol: string;
}

/** Both ends must allow a connection; only pods have policies. */
export function isAllowed(cluster: Cluster, from: Endpoint, to: Endpoint, target: Target): boolean {
  return allows(cluster, "Egress", from, to, to, target) && allows(cluster, "Ingress", to, from, to, target);
}

/** Whether the policies of one end allow the other end in one direction. */
function allows(
  cluster: Cluster,
  type: "Ingress" | "Egress",
  end: Endpoint,
  other: Endpoint,
  destination: Endpoint,
  target: Target,
): boolean {
  if (!isPod(end)) return true;
  const policies = cluster.policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === end.namespace &&
      selects(spec.podSelector, end.labels) &&
      typesOf(spec).includes(type),
  );
  if (policies.length === 0) return true;
  return policies.some(({ metadata, spec }) =>
    ((type === "Ingress" ? spec.ingress : spec.egress) ?? []).some(
      (rule) =>
        matchesPeer(cluster, metadata.namespace, type === "Ingress" ? rule.from : rule.to, other) &&
        matchesPort(rule.ports, destination, target),
    ),
  );
}

const isPod = (endpoint: Endpoint): endpoint is Pod => "labels" in endpoint;

/** The API server's defaults: always Ingress, and Egress if there are egress rules. */
const typesOf = ({ policyTypes, egress }: Policy["spec"]): string[] =>
  policyTypes ?? ["Ingress", ...(egress ? ["Egress"] : [])];

/** An empty list of peers matches all peers. */
function matchesPeer(cluster: Cluster, own: string, peers: readonly Peer[] = [], other: Endpoint): boolean {
  if (peers.length === 0) return true;
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    // Whether a block applies to pod addresses depends on the network plugin; here it does not.
    if (ipBlock) return !isPod(other) && inBlock(ipBlock, other.ip);
    if (!isPod(other)) return false;
    const inNamespace = namespaceSelector
      ? selects(namespaceSelector, {
          ...cluster.namespaces?.[other.namespace],
          "kubernetes.io/metadata.name": other.namespace,
        })
      : other.namespace === own;
    return inNamespace && (podSelector === undefined || selects(podSelector, other.labels));
  });
}

/** An empty list of ports matches all ports. Names refer to ports of the destination. */
function matchesPort(ports: readonly PolicyPort[] = [], destination: Endpoint, target: Target): boolean {
  if (ports.length === 0) return true;
  return ports.some(({ port, endPort, protocol = "TCP" }) => {
    if (protocol !== target.protocol) return false;
    if (port === undefined) return true;
    if (typeof port === "number") return target.port >= port && target.port <= (endPort ?? port);
    return (
      isPod(destination) &&
      destination.ports.some(
        (declared) =>
          declared.name === port && declared.port === target.port && declared.protocol === protocol,
      )
    );
  });
}

function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Record<string, string>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === "In" ? isIn : !isIn;
    })
  );
}

function inBlock({ cidr, except = [] }: NonNullable<Peer["ipBlock"]>, ip: string): boolean {
  return inCidr(cidr, ip) && !except.some((inner) => inCidr(inner, ip));
}

/** Supports IPv4 only. */
function inCidr(cidr: string, ip: string): boolean {
  const [base = "", length = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  return Math.floor(numberOf(base) / size) === Math.floor(numberOf(ip) / size);
}

const numberOf = (ip: string): number => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
