import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { guardRails } from "../src/plan/namespace/guard-rails";
import type { NamespacePlan } from "../src/plan/plan";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";

/** The arguments of a `Namespace`: its plan, and whether its isolation comes later. */
export interface NamespaceArgs extends NamespacePlan {
  /** Whether the caller creates the default policy with `isolation`, after releases whose pods run already. */
  isolationLast: boolean;
}

/**
 * The namespace of one application in one environment, with its guard rails: a quota, default resources of containers, and a
 * network policy that denies every connection that no other policy allows.
 */
export class Namespace extends pulumi.ComponentResource {
  /** The namespace itself. */
  public readonly namespace: k8s.core.v1.Namespace;
  /** The resources that must exist before a release is installed. A quota that is lowered is not one of them. */
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

  /** Creates the policy that denies all connections, after `dependsOn`. The releases have policies that allow some. */
  public isolation(dependsOn: pulumi.Resource[]): k8s.networking.v1.NetworkPolicy {
    return new k8s.networking.v1.NetworkPolicy(`${this.name}-default-deny`, this.objects.isolation, {
      parent: this,
      dependsOn: [this.namespace, ...dependsOn],
    });
  }

  /** Creates the quota, after `dependsOn`: one that is lowered comes after the releases whose requests are lowered. */
  public quota(dependsOn: pulumi.Resource[]): k8s.core.v1.ResourceQuota {
    return new k8s.core.v1.ResourceQuota(`${this.name}-quota`, this.objects.quota, {
      parent: this,
      dependsOn: [this.namespace, ...dependsOn],
    });
  }
}
