/** A plan turned into resources, with nothing added. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../src/plan/plan";
import { Credentials } from "./credentials";
import { Namespace } from "./namespace";
import { PlannedRelease } from "./planned-release";
import { createRelease, type ReleaseArgs } from "./release";

/** The values of passwords that are not generated, by name. */
export interface GivenPasswords {
  /** Those that images fix. Default: none. */
  fixed?: Record<string, string>;
  /** Those that somebody else made. Default: none. */
  given?: Record<string, pulumi.Output<string>>;
}

export interface PlannedArgs extends GivenPasswords {
  plan: Plan;
  /** Whether pods run already that no policy lets talk yet: isolation and quota then come after the releases. Default false. */
  adopting?: boolean;
  /** Releases whose chart cannot be read now; for previews only. Default: none. */
  unreadableCharts?: ReadonlySet<string>;
  /** What the names of the resources begin with. Default: nothing. */
  prefix?: string;
}

/** The resources of a whole application: its namespace, passwords, Secrets and releases. */
export function createApplication(parent: pulumi.ComponentResource, name: string, args: PlannedArgs): void {
  const { plan, adopting = false, prefix = "" } = args;
  const guarded = {
    ...plan.namespace,
    isolationLast: adopting,
    quotaLast: adopting || plan.namespace.quotaLast,
  };
  const room = new Namespace(prefix === "" ? plan.namespace.name : `${prefix}namespace`, guarded, { parent });
  const { namespace, ready } = room;
  const credentials = createCredentials(parent, name, args, [namespace]);
  const releases = createReleases(parent, args, credentials, { secrets: [namespace], releases: ready });
  if (guarded.isolationLast) room.isolation(releases);
  if (guarded.quotaLast) room.quota(releases);
}

/** The passwords of a plan. */
export function createCredentials(
  parent: pulumi.ComponentResource,
  name: string,
  { plan, fixed = {}, given = {}, prefix = "" }: PlannedArgs,
  dependsOn: pulumi.Resource[],
): Credentials {
  const generated = Object.entries(plan.credentials).flatMap(([key, credential]) =>
    credential.source === "generated" ? [[key, credential] as const] : [],
  );
  return new Credentials(
    `${name}-credentials`,
    { namespace: plan.namespace.name, generated: Object.fromEntries(generated), fixed, given, prefix },
    { parent, dependsOn },
  );
}

/**
 * The Secrets and releases of a plan, each after what it needs. The release called `own` has no component of its own around it:
 * the parent is that.
 */
export function createReleases(
  parent: pulumi.ComponentResource,
  { plan, unreadableCharts, prefix = "" }: PlannedArgs,
  credentials: Credentials,
  after: { secrets: pulumi.Input<pulumi.Resource>[]; releases: pulumi.Input<pulumi.Resource>[] },
  own?: string,
): k8s.helm.v3.Release[] {
  // A Secret may come after a release, which itself comes after other Secrets: each is made when it is first needed.
  const secret = once((key: string): pulumi.Resource => {
    const planned = find(plan.secrets[key], key);
    return credentials.secret(key, planned, [...after.secrets, ...(planned.needs ?? []).map(release)]);
  });
  const release = once((key: string): k8s.helm.v3.Release => {
    const planned = find(plan.releases[key], key);
    const args: ReleaseArgs = {
      namespace: plan.namespace.name,
      release: planned,
      chartReadable: !unreadableCharts?.has(key),
    };
    const dependsOn = [...after.releases, ...planned.secrets.map(secret), ...planned.needs.map(release)];
    const opts = { parent, dependsOn };
    return key === own
      ? createRelease(key, args, opts)
      : new PlannedRelease(`${prefix}${key}`, args, opts).release;
  });
  for (const key of Object.keys(plan.secrets)) secret(key);
  return Object.keys(plan.releases).map(release);
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
