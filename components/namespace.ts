import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { guardRails } from "../src/plan/namespace/guard-rails";
import type { NamespacePlan } from "../src/plan/plan";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";

/** A namespace as planned, and which of its guard rails come later. */
export interface NamespaceArgs extends NamespacePlan {
  /** Whether the policy is left to be made by `isolation`, after releases that have pods already. */
  isolationLast: boolean;
}

/**
 * The namespace of one application in one environment, with its guard rails: a quota, defaults for containers, and no
 * connection in or out but those that a policy names.
 */
export class Namespace extends pulumi.ComponentResource {
  public readonly namespace: k8s.core.v1.Namespace;
  /** What must be there before anything runs in it; the quota only unless it is lowered. */
  public readonly ready: pulumi.Resource[];
  private readonly objects: ReturnType<typeof guardRails>;

  constructor(
    private readonly name: string,
    args: NamespaceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(COMPONENT_TYPES.namespace, name, {}, opts);
    this.objects = guardRails(args);
    this.namespace = new k8s.core.v1.Namespace(name, this.objects.namespace, {
      parent: this,
      protect: args.protect,
    });
    const inside = { parent: this, dependsOn: [this.namespace] };
    this.ready = [
      this.namespace,
      new k8s.core.v1.LimitRange(`${name}-container-defaults`, this.objects.containerDefaults, inside),
      ...(args.isolationLast ? [] : [this.isolation([])]),
      ...(args.quotaLast ? [] : [this.quota([])]),
    ];
    this.registerOutputs({ name: args.name });
  }

  /** The policy that lets nothing through: what may is said by the releases' own. */
  public isolation(dependsOn: pulumi.Resource[]): k8s.networking.v1.NetworkPolicy {
    return new k8s.networking.v1.NetworkPolicy(`${this.name}-default-deny`, this.objects.isolation, {
      parent: this,
      dependsOn: [this.namespace, ...dependsOn],
    });
  }

  /** The quota; one that is lowered is made after what asks for less. */
  public quota(dependsOn: pulumi.Resource[]): k8s.core.v1.ResourceQuota {
    return new k8s.core.v1.ResourceQuota(`${this.name}-quota`, this.objects.quota, {
      parent: this,
      dependsOn: [this.namespace, ...dependsOn],
    });
  }
}
