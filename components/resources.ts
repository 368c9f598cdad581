/** Creates the resources of a plan. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../src/plan/plan";
import { Credentials } from "./credentials";
import { Namespace } from "./namespace";
import { PlannedRelease } from "./planned-release";
import { createRelease, type ReleaseArgs } from "./release";

/** The values of passwords that are not generated. */
export interface GivenPasswords {
  /**
   * Passwords that an image fixes, by name.
   * @default none
   */
  fixed?: Record<string, string>;
  /**
   * Passwords from the stack's config or from the program, by name.
   * @default none
   */
  given?: Record<string, pulumi.Output<string>>;
}

/** A plan, and what its resources need in addition. */
export interface PlannedArgs extends GivenPasswords {
  /** The plan to create. */
  plan: Plan;
  /**
   * Whether pods already run without network policies that allow their connections. Isolation and quota then come after the releases.
   * @default false
   */
  adopting?: boolean;
  /**
   * Names of the releases whose chart cannot be read now. Only in previews.
   * @default none
   */
  unreadableCharts?: ReadonlySet<string>;
  /**
   * Prefix of the names of the resources.
   * @default none
   */
  prefix?: string;
}

/** Creates the resources of a whole application: its namespace, passwords, Secrets and releases. */
export function createApplication(parent: pulumi.ComponentResource, name: string, args: PlannedArgs): void {
  const { plan, adopting = false, prefix = "" } = args;
  const guarded = {
    ...plan.namespace,
    isolationLast: adopting,
    quotaLast: adopting || plan.namespace.quotaLast,
  };
  const component = new Namespace(prefix === "" ? plan.namespace.name : `${prefix}namespace`, guarded, {
    parent,
  });
  const { namespace, ready } = component;
  const credentials = createCredentials(parent, name, args, namespace);
  const releases = createReleases(parent, args, credentials, { secrets: namespace, releases: ready });
  if (guarded.isolationLast) component.isolation(releases);
  if (guarded.quotaLast) component.quota(releases);
}

/** Creates the passwords of a plan, after `dependsOn`. Secrets are created when a release needs them. */
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
 * Creates the Secrets and releases of a plan, each after the resources that it needs and those of `after`. The release named
 * `own` is a direct child of `parent`; every other release gets its own component.
 */
export function createReleases(
  parent: pulumi.ComponentResource,
  { plan, unreadableCharts, prefix = "" }: PlannedArgs,
  credentials: Credentials,
  after: { secrets: pulumi.Input<pulumi.Resource>[]; releases: pulumi.Input<pulumi.Resource>[] },
  own?: string,
): k8s.helm.v3.Release[] {
  // A Secret may need a release, which needs other Secrets, so each is created when it is first needed.
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

/** Returns a function that calls `create` once for each key. */
function once<T>(create: (key: string) => T): (key: string) => T {
  const created = new Map<string, T>();
  return (key) => {
    const known = created.get(key);
    if (known) return known;
    const result = create(key);
    created.set(key, result);
    return result;
  };
}

/** Returns a part of the plan that another part refers to. @throws Error if it is missing. */
function find<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is missing in the plan`);
  return value;
}
