import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Plan, ReleasePlan } from "../plan/plan";
import { Credentials } from "./credentials";
import { Microservice } from "./microservice";
import { Namespace } from "./namespace";
import type { ReleaseArgs } from "./release";
import { Store } from "./store";

export interface ApplicationArgs {
  plan: Plan;
  /** Values of the credentials that images fix, by name. */
  fixedCredentials: Record<string, string>;
  /** Releases whose chart cannot be read now; for previews only. Default: none. */
  unreadableCharts?: ReadonlySet<string>;
}

/** A whole application: a plan turned into resources, with nothing of its own added. */
export class Application extends pulumi.ComponentResource {
  constructor(name: string, args: ApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("flotilla:index:Application", name, {}, opts);
    const { plan } = args;
    const { namespace } = new Namespace(plan.namespace.name, plan.namespace, { parent: this });
    const { secrets } = new Credentials(
      `${name}-credentials`,
      {
        namespace: plan.namespace.name,
        secrets: plan.secrets,
        generated: Object.fromEntries(
          Object.entries(plan.credentials).flatMap(([key, credential]) =>
            credential.source === "generated" ? [[key, credential]] : [],
          ),
        ),
        fixed: args.fixedCredentials,
      },
      { parent: this, dependsOn: [namespace] },
    );

    const releases = new Map<string, k8s.helm.v3.Release>();
    const deploy = (release: ReleasePlan): k8s.helm.v3.Release => {
      const known = releases.get(release.name);
      if (known) return known;
      const dependsOn = [
        namespace,
        ...release.secrets.map((secret) => find(secrets[secret], secret)),
        ...release.needs.map((needed) => deploy(find(plan.releases[needed], needed))),
      ];
      const releaseArgs: ReleaseArgs = {
        namespace: plan.namespace.name,
        release,
        chartReadable: !args.unreadableCharts?.has(release.name),
      };
      const Component = release.kind === "store" ? Store : Microservice;
      const component = new Component(release.name, releaseArgs, { parent: this, dependsOn });
      releases.set(release.name, component.release);
      return component.release;
    };
    for (const release of Object.values(plan.releases)) deploy(release);
    this.registerOutputs({ namespace: plan.namespace.name });
  }
}

function find<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the plan names ${name}, which it does not describe`);
  return value;
}
