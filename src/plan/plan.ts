/** The type of a plan: plain, serializable data. It has no secret values, only names of credentials. */
import type { Environment } from "../config/schema";
import type { Profile } from "../model/application";
import type { Edge } from "../model/graph";
import type { Alphabet } from "../model/secrets";
import type { Encoding } from "./credentials/encodings";

/** Everything that a stack deploys. */
export interface Plan {
  application: string;
  environment: Environment;
  namespace: NamespacePlan;
  /** The edges of the dependency graph, with ports and protocols. */
  edges: Edge[];
  /** The entries from outside the cluster, by service. Empty if the stack has none. */
  entries: Record<string, EntryPlan>;
  /** Passwords, by name. */
  credentials: Record<string, CredentialPlan>;
  /** Kubernetes Secrets, by name. Their keys contain credentials and plain text. */
  secrets: Record<string, SecretPlan>;
  /** Helm releases, by name. */
  releases: Record<string, ReleasePlan>;
  /** Outputs of the stack. */
  outputs: PlanOutputs;
  /** Warnings to show before the update. They do not stop it. */
  warnings: string[];
}

/** The namespace of an application and its guard rails. */
export interface NamespacePlan {
  name: string;
  /** Whether the stack creates it. Otherwise others own it, and guard rails only cover the stack's own pods. Default: true. */
  create?: boolean;
  /** Whether it is in the state but stays when the stack is destroyed, because others created it or own it now. Default: false. */
  retain?: boolean;
  /** Prefix for the names of guard rails in a namespace that others own. Default: none. */
  prefix?: string;
  /** Labels of the namespace and of the guard rails in it. */
  labels: Record<string, string>;
  /** Annotations of the namespace, with the stack that owns it. */
  annotations: Record<string, string>;
  /** Labels of the namespace for Pod Security. */
  podSecurity: Record<string, string>;
  /** Limits for all pods and Services together: `hard` of a ResourceQuota. If empty: no quota. */
  quota: Record<string, string>;
  /** Whether the quota is lowered. It is then applied after the releases whose requests are lowered. */
  quotaLast: boolean;
  /**
   * The network policy that denies all connections, for every pod or for the pods of the stack's releases. The releases have
   * policies with exceptions. Undefined for a namespace that others own if there is no release.
   */
  isolation?: { podSelector: PodSelector; policyTypes: string[] };
  /** Defaults for containers without requests and limits: `default` and `defaultRequest` of a LimitRange. Default: none. */
  containerDefaults?: { limits: Record<string, string>; requests: Record<string, string> };
  /** Whether the stack refuses to delete it, and every volume claim in it. */
  protect: boolean;
}

/** Selects every pod, or pods whose label has one of the values. */
export interface PodSelector {
  matchExpressions?: { key: string; operator: "In"; values: string[] }[];
}

/** A password, by the source of its value. */
export type CredentialPlan =
  | {
      /** Generated, and kept encrypted in the state. */
      source: "generated";
      /** Number of characters. */
      length: number;
      /** The characters that it can have. Default: letters and digits. */
      alphabet?: Alphabet;
      /** Whether the stack refuses to delete it. */
      protect: boolean;
    }
  | {
      /** Fixed by an image, and written in the inventory. */
      source: "inventory";
      store: string;
      account: string;
      /** Why it is fixed. */
      reason: string;
    }
  | {
      /** Encrypted in the stack's config. */
      source: "stack";
    }
  | {
      /** In the secret store that the External Secrets Operator reads. */
      source: "secret store";
      /** Key in the secret store. */
      key: string;
    };

/** A Kubernetes Secret. */
export interface SecretPlan {
  /** The store, service or task that the Secret belongs to. */
  owner: string;
  labels: Record<string, string>;
  /** Whether the stack refuses to delete it. */
  protect: boolean;
  /** Type of the Secret. Default: Opaque. */
  type?: string;
  /** Content by key. */
  keys: Record<string, SecretText>;
  /** The secret store that its content comes from. Default: the stack sets the content. */
  external?: ExternalSecretPlan;
  /** Releases that come before it: a rotation Job adds a new password before clients read it. Default: none. */
  needs?: string[];
}

/** A secret store, and the keys of a Secret's credentials in it. */
export interface ExternalSecretPlan {
  store: { name: string; kind: string };
  /** How often the operator reads the store, as a duration. */
  refreshInterval: string;
  /** Keys in the store, by credential. */
  keys: Record<string, string>;
}

/** Text that consists of strings and credentials. */
export type SecretText = readonly (string | CredentialText)[];

/** A credential as part of a text. */
export interface CredentialText {
  credential: string;
  /** Generation of a password that is not generated. A new generation restarts the pods that use it. Default: 1. */
  generation?: number;
  /** How the value is encoded in the text. Default: not encoded. */
  encoding?: Encoding;
}

/** A Helm release. */
export interface ReleasePlan {
  /** Name of the Helm release, and `fullnameOverride` of its chart. */
  name: string;
  kind: "store" | "service" | "job" | "task";
  /** The task that it belongs to: the name of a migration's release has a digest. Default: none. */
  task?: string;
  chart: ChartReference;
  values: Values;
  /** Helm's description of the revision. It contains the digest of a local chart, so that an edited template is a change. */
  description: string;
  /** Releases that come before it. */
  needs: string[];
  /** Secrets that come before it. */
  secrets: string[];
  /** Time that Helm waits for readiness before it rolls back, in seconds. */
  timeoutSeconds: number;
  /** Whether the stack refuses to delete it. */
  protect: boolean;
  /**
   * Whether Helm replaces objects instead of patching them: a patch of ports with the same number for two protocols leaves only
   * one of them. Default: false.
   */
  replaces?: true;
  /** Whether it is a finished Job that must not run again when its chart or values change. Default: false. */
  done?: boolean;
}

/** Whether the pods of a release run to completion: those of Jobs and tasks. */
export const runsToCompletion = (kind: string): kind is "job" | "task" => kind === "job" || kind === "task";

/** A chart: the path of a folder or an archive relative to the project, or a chart in a registry with its exact version. */
export type ChartReference = { path: string } | { url: string; version: string };

/** Helm values. */
export type Values = { [key: string]: Value };
export type Value = string | number | boolean | Values | Value[];

/** An entry from outside the cluster to a service. */
export interface EntryPlan {
  by: "gateway" | "ingress" | "load balancer";
  /** Protocol and port for clients outside the cluster. */
  protocol: "http" | "https" | "tcp" | "udp" | "sctp";
  port: number;
  /** Port of the pods. */
  targetPort: number;
  /** Public URL. Undefined for a load balancer, whose address the cloud chooses. */
  url?: string;
  /** The entries of the service's other routes. Default: none. */
  others?: EntryPlan[];
}

/** The address of a store. */
export interface StoreOutputs {
  host: string;
  /** Host for reads that may be slightly stale. Undefined if it is the same host. */
  readHost?: string;
  port: number;
  profile: Profile;
  /** Name of the Secret with its passwords. */
  secret?: string;
}

/** The addresses of the services and stores of a plan. */
export interface PlanOutputs {
  services: Record<
    string,
    {
      /** URL inside the cluster. Undefined for a service without a port. */
      url?: string;
      image: string;
      /** URLs outside the cluster. Undefined if there are none. */
      publicUrls?: string[];
      /** Set if the service is a stand-in for an external. */
      standIn?: true;
    }
  >;
  stores: Record<string, StoreOutputs>;
  /** Public URL of the application. Undefined without a gateway or an ingress. */
  publicUrl?: string;
}
