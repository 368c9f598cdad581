/**
 * The type of a plan: plain, serializable data. It has no secret values, only the names of credentials.
 */
import type { Environment } from "../config/schema";
import type { Profile } from "../model/application";
import type { Edge } from "../model/graph";
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
  /** Kubernetes Secrets, by name. Their keys contain credentials and plain texts. */
  secrets: Record<string, SecretPlan>;
  /** Helm releases, by name. */
  releases: Record<string, ReleasePlan>;
  /** Outputs of the stack. */
  outputs: PlanOutputs;
  /** Warnings to show before the deployment. They do not stop it. */
  warnings: string[];
}

/** The namespace of an application and its guard rails. */
export interface NamespacePlan {
  name: string;
  /** Whether the stack creates it. Otherwise others own it, and it has no guard rails but for the stack's own pods. Default: true. */
  create?: boolean;
  /** Whether it is in the state and stays when the stack is destroyed: others created it, or own it now. Default: false. */
  retain?: boolean;
  /** Prefix of the names of guard rails in a namespace that others own. Default: none. */
  prefix?: string;
  /** Labels of the namespace and of the guard rails in it. */
  labels: Record<string, string>;
  /** Annotations of the namespace, with the stack that owns it. */
  annotations: Record<string, string>;
  /** Labels of the namespace for Pod Security. */
  podSecurity: Record<string, string>;
  /** Limits for all pods and Services together: `hard` of a ResourceQuota. Empty: no quota. */
  quota: Record<string, string>;
  /** Whether the quota is lowered. It is then applied after the releases whose requests are lowered. */
  quotaLast: boolean;
  /**
   * The network policy that denies all connections, of every pod or of the pods of the stack's releases. The releases have
   * policies that allow some. Undefined without a release in a namespace that others own.
   */
  isolation?: { podSelector: PodSelector; policyTypes: string[] };
  /** Defaults of containers without requests and limits: `default` and `defaultRequest` of a LimitRange. Undefined: none. */
  containerDefaults?: { limits: Record<string, string>; requests: Record<string, string> };
  /** Whether the stack refuses to delete it, and every volume claim in it. */
  protect: boolean;
}

/** Selects every pod, or those with one of the values of a label. */
export interface PodSelector {
  matchExpressions?: { key: string; operator: "In"; values: string[] }[];
}

/** A password, by the place that its value comes from. */
export type CredentialPlan =
  | {
      /** Generated, and kept in encrypted state. */
      source: "generated";
      /** Length in characters, which are letters and digits. */
      length: number;
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
      /** In the secret store that the External Secrets Operator of the cluster reads. */
      source: "secret store";
      /** Key in the secret store. */
      key: string;
    };

/** A Kubernetes Secret. */
export interface SecretPlan {
  /** The store or service the Secret belongs to. */
  owner: string;
  labels: Record<string, string>;
  /** Whether the stack refuses to delete it. */
  protect: boolean;
  /** Type of the Secret. Default: Opaque. */
  type?: string;
  /** Content by key. */
  keys: Record<string, SecretText>;
  /** The secret store that the cluster fills it from. Default: the stack fills it. */
  external?: ExternalSecretPlan;
  /** Releases that come before it: the Job of a rotation adds a new password before its clients read it. Default: none. */
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

/** A text whose parts are strings and credentials. */
export type SecretText = readonly (string | CredentialText)[];

/** The value of a credential as a part of a text. */
export interface CredentialText {
  credential: string;
  /** Generation of a password that is not generated: a new one restarts its readers. Default: 1. */
  generation?: number;
  /** How it is encoded where it stands. Default: as it is. */
  encoding?: Encoding;
}

/** A Helm release. */
export interface ReleasePlan {
  /** Name of the Helm release, and `fullnameOverride` of its chart. */
  name: string;
  kind: "store" | "service" | "job";
  chart: ChartReference;
  values: Values;
  /** Helm's description of the revision. It has the digest of a local chart, so that an edited template is a change. */
  description: string;
  /** Releases that come before it. */
  needs: string[];
  /** Secrets that come before it. */
  secrets: string[];
  /** Time that Helm waits for readiness before it rolls back, in seconds. */
  timeoutSeconds: number;
  /** Whether the stack refuses to delete it. */
  protect: boolean;
  /** Whether it is a finished Job, which later changes of its chart or values do not run again. Default: false. */
  done?: boolean;
}

/** A chart: a folder or an archive by its path relative to the project, or a chart of a registry by its exact version. */
export type ChartReference = { path: string } | { url: string; version: string };

/** Helm values. */
export type Values = { [key: string]: Value };
export type Value = string | number | boolean | Values | Value[];

/** An entry from outside the cluster to a service. */
export interface EntryPlan {
  by: "ingress" | "load balancer";
  /** Protocol and port for clients outside the cluster. */
  protocol: "http" | "https" | "tcp";
  port: number;
  /** Port of the pods. */
  targetPort: number;
  /** URL from outside. Undefined for a load balancer, whose address the cloud chooses. */
  url?: string;
}

/** The address of a store. */
export interface StoreOutputs {
  host: string;
  /** Host for reads that can lag a little. Undefined if it is the same host. */
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
      /** Set if it is the stand-in of an external. */
      standIn?: true;
    }
  >;
  stores: Record<string, StoreOutputs>;
  /** URL of the application from outside. Undefined without an ingress. */
  publicUrl?: string;
}
