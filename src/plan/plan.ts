/**
 * What a plan is: plain data that JSON can carry. Nothing in it is secret; a secret is only named.
 */
import type { Environment } from "../config/schema";
import type { Profile } from "../model/application";
import type { Edge } from "../model/graph";

export interface Plan {
  application: string;
  environment: Environment;
  namespace: NamespacePlan;
  /** Who uses whom, by port and protocol. */
  edges: Edge[];
  /** How people get in, by service; empty where the environment lets nobody in. */
  entries: Record<string, EntryPlan>;
  /** Passwords to make, by name. */
  credentials: Record<string, CredentialPlan>;
  /** Kubernetes Secrets, by name; what fills them is a credential or plain text. */
  secrets: Record<string, SecretPlan>;
  /** Helm releases, by name. */
  releases: Record<string, ReleasePlan>;
  /** What a stack tells about itself. */
  outputs: PlanOutputs;
  /** What to know before it is deployed; nothing is refused for it. */
  warnings: string[];
}

export interface NamespacePlan {
  name: string;
  /** Of the namespace, and of the guard rails in it. */
  labels: Record<string, string>;
  /** Of the namespace: which stack it belongs to. */
  annotations: Record<string, string>;
  /** Labels of the namespace that say which pods it admits. */
  podSecurity: Record<string, string>;
  /** What all of its pods and Services may have in all: `hard` of a ResourceQuota. */
  quota: Record<string, string>;
  /** Whether the quota is lowered, and so comes after all that asks for less. */
  quotaLast: boolean;
  /** The policy of all its pods, which lets nothing through: the releases' own say what may. */
  isolation: { podSelector: Record<string, never>; policyTypes: string[] };
  /** What a container gets that says nothing: `default` and `defaultRequest` of a LimitRange. */
  containerDefaults: { limits: Record<string, string>; requests: Record<string, string> };
  /** Whether the stack refuses to delete it, and every volume claim in it. */
  protect: boolean;
}

/** A password: generated and kept in encrypted state, or fixed by an image and looked up in the inventory. */
export type CredentialPlan =
  | {
      source: "generated";
      /** Characters, letters and digits only. */
      length: number;
      /** Whether the stack refuses to delete it. */
      protect: boolean;
    }
  | {
      source: "inventory";
      store: string;
      account: string;
      /** Why it is fixed. */
      reason: string;
    }
  | {
      /** Encrypted in the stack's config: somebody else made it. */
      source: "stack";
    }
  | {
      /** In the secret store that the cluster's External Secrets Operator reads: somebody else made it. */
      source: "secret store";
      /** Its key there. */
      key: string;
    };

export interface SecretPlan {
  /** The store or service the Secret belongs to. */
  owner: string;
  labels: Record<string, string>;
  /** Whether the stack refuses to delete it. */
  protect: boolean;
  /** Kubernetes' type of it. Default: Opaque. */
  type?: string;
  /** What each key holds. */
  keys: Record<string, SecretText>;
  /** The secret store that the cluster fills it from. Default: the stack does. */
  external?: ExternalSecretPlan;
  /** Releases that come first: a rotation's Job lets a new password in before anybody reads it. Default: none. */
  needs?: string[];
}

/** A secret store, and where in it the credentials of a Secret are. */
export interface ExternalSecretPlan {
  store: { name: string; kind: string };
  /** How often the store is asked. */
  refreshInterval: string;
  /** By credential. */
  keys: Record<string, string>;
}

/** Text of which some parts are the values of credentials, as they are or encoded for what they are a part of. */
export type SecretText = readonly (string | CredentialText)[];
export interface CredentialText {
  credential: string;
  /** Of what somebody else made: another one restarts those who read it. Default: 1. */
  generation?: number;
  /** `uri`: as a part of a URL; `json`: as a JSON string, quotes included. Default: as it is. */
  encoding?: "uri" | "json";
}

export interface ReleasePlan {
  /** Helm release name, and `fullnameOverride` of its chart. */
  name: string;
  kind: "store" | "service" | "job";
  chart: ChartReference;
  values: Values;
  /** Helm's description of the revision; for a local chart its version and digest, so that an edit is a change. */
  description: string;
  /** Releases that come first. */
  needs: string[];
  /** Secrets that must exist first. */
  secrets: string[];
  /** Seconds Helm waits for readiness before it rolls back. */
  timeoutSeconds: number;
  /** Whether the stack refuses to delete it. */
  protect: boolean;
  /** A Job that is done for good: later changes of its chart or values do not run it again. Default false. */
  done?: boolean;
}

/** A chart's folder or archive, by path relative to the project, or one of a registry, by exact version. */
export type ChartReference = { path: string } | { url: string; version: string };

/** Helm values. */
export type Values = { [key: string]: Value };
export type Value = string | number | boolean | Values | Value[];

/** A way in from outside. */
export interface EntryPlan {
  by: "ingress" | "load balancer";
  /** What people speak, and to which port. */
  protocol: "http" | "https" | "tcp";
  port: number;
  /** Port of the pods. */
  targetPort: number;
  /** Where people find it; of a load balancer the cloud decides. */
  url?: string;
}

export interface StoreOutputs {
  host: string;
  /** For reads that may lag a little, where there is such a host. */
  readHost?: string;
  port: number;
  profile: Profile;
  /** Name of the Secret with its passwords. */
  secret?: string;
}

export interface PlanOutputs {
  services: Record<
    string,
    {
      /** In-cluster URL; none for a service without a port. */
      url?: string;
      image: string;
      /** It takes the place of an external. */
      standIn?: true;
    }
  >;
  stores: Record<string, StoreOutputs>;
  /** Where people reach the application; none without an ingress. */
  publicUrl?: string;
}
