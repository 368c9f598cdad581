import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterIdentity } from "../src/model/cluster";
import type { Plan } from "../src/plan/plan";
import { Credentials } from "./credentials";
import { Job } from "./job";
import { Microservice } from "./microservice";
import { Namespace } from "./namespace";
import type { ReleaseArgs } from "./release";
import { Store } from "./store";

export interface ApplicationArgs {
  plan: Plan;
  /** Values of the credentials that images fix, by name. */
  fixedCredentials: Record<string, string>;
  /** Values of the credentials that the stack was given, by name. Default: none. */
  givenCredentials?: Record<string, pulumi.Output<string>>;
  /** Whether pods run already that no policy lets talk yet: isolation and quota then come after the releases. Default false. */
  adopting?: boolean;
  /** What the state records of the stack's cluster and of the stack itself. Default: nothing. */
  record?: { cluster: ClusterIdentity; id: string };
  /** Releases whose chart cannot be read now; for previews only. Default: none. */
  unreadableCharts?: ReadonlySet<string>;
}

const COMPONENTS = { store: Store, service: Microservice, job: Job };

/** A whole application: a plan turned into resources, with nothing of its own added. */
export class Application extends pulumi.ComponentResource {
  constructor(name: string, args: ApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("flotilla:index:Application", name, {}, opts);
    const { plan } = args;
    const { adopting = false } = args;
    const guarded = {
      ...plan.namespace,
      isolationLast: adopting,
      quotaLast: adopting || plan.namespace.quotaLast,
    };
    const room = new Namespace(plan.namespace.name, guarded, { parent: this });
    const { namespace, ready } = room;
    const credentials = new Credentials(
      `${name}-credentials`,
      {
        namespace: plan.namespace.name,
        generated: Object.fromEntries(
          Object.entries(plan.credentials).flatMap(([key, credential]) =>
            credential.source === "generated" ? [[key, credential]] : [],
          ),
        ),
        fixed: args.fixedCredentials,
        given: args.givenCredentials ?? {},
      },
      { parent: this, dependsOn: [namespace] },
    );

    // A Secret may come after a release, which itself comes after other Secrets: each is made when it is first needed.
    const secret = once((key: string): pulumi.Resource => {
      const planned = find(plan.secrets[key], key);
      return credentials.secret(key, planned, [namespace, ...(planned.needs ?? []).map(deploy)]);
    });
    const deploy = once((key: string): k8s.helm.v3.Release => {
      const release = find(plan.releases[key], key);
      const releaseArgs: ReleaseArgs = {
        namespace: plan.namespace.name,
        release,
        chartReadable: !args.unreadableCharts?.has(key),
      };
      const dependsOn = [...ready, ...release.secrets.map(secret), ...release.needs.map(deploy)];
      return new COMPONENTS[release.kind](key, releaseArgs, { parent: this, dependsOn }).release;
    });
    for (const key of Object.keys(plan.secrets)) secret(key);
    const releases = Object.keys(plan.releases).map(deploy);
    if (guarded.isolationLast) room.isolation(releases);
    if (guarded.quotaLast) room.quota(releases);
    this.registerOutputs({ namespace: plan.namespace.name, ...args.record });
  }
}

/** The same result for the same key. */
function once<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known) return known;
    const result = make(key);
    made.set(key, result);
    return result;
  };
}

function find<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the plan names ${name}, which it does not describe`);
  return value;
}
