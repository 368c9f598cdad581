import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { guardRails } from "../src/plan/namespace/guard-rails";
import type { NamespacePlan } from "../src/plan/plan";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";

/** The arguments of a `Namespace`: its plan, and whether the isolation is created later. */
export interface NamespaceArgs extends NamespacePlan {
  /** Whether the caller creates the default policy with `isolation` after the releases, because their pods already run. */
  isolationLast: boolean;
}

/**
 * The namespace of one application in one environment, with its guard rails: a quota, default container resources, and a network
 * policy that denies every connection that no other policy allows. In a namespace that others own, it only contains objects for
 * the application's own pods.
 */
export class Namespace extends pulumi.ComponentResource {
  /** The namespace itself, if it is in the state. Empty if others own it. */
  public readonly namespace: k8s.core.v1.Namespace[];
  /** The resources that must exist before a release is installed. A lowered quota is not included. */
  public readonly ready: pulumi.Resource[];
  private readonly objects: ReturnType<typeof guardRails>;

  constructor(
    private readonly name: string,
    args: NamespaceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(COMPONENT_TYPES.namespace, name, {}, opts);
    this.objects = guardRails(args);
    const { namespace, containerDefaults } = this.objects;
    this.namespace =
      namespace === undefined
        ? []
        : [
            new k8s.core.v1.Namespace(name, namespace, {
              parent: this,
              protect: args.protect,
              ...(args.retain ? { retainOnDelete: true } : {}),
              // The namespace of others must not change.
              ...(args.create === false ? { ignoreChanges: ["metadata"] } : {}),
            }),
          ];
    const inside = { parent: this, dependsOn: this.namespace };
    this.ready = [
      ...this.namespace,
      ...(containerDefaults === undefined
        ? []
        : [new k8s.core.v1.LimitRange(`${name}-container-defaults`, containerDefaults, inside)]),
      ...(args.isolationLast ? [] : this.isolation([])),
      ...(args.quotaLast ? [] : this.quota([])),
    ];
    this.registerOutputs({ name: args.name });
  }

  /** Creates the policy that denies all connections, after `dependsOn`. The releases have policies with exceptions. */
  public isolation(dependsOn: pulumi.Resource[]): pulumi.Resource[] {
    const { isolation } = this.objects;
    return isolation === undefined
      ? []
      : [
          new k8s.networking.v1.NetworkPolicy(`${this.name}-default-deny`, isolation, {
            parent: this,
            dependsOn: [...this.namespace, ...dependsOn],
          }),
        ];
  }

  /** Creates the quota, after `dependsOn`. A lowered quota comes after the releases whose requests are lowered. */
  public quota(dependsOn: pulumi.Resource[]): pulumi.Resource[] {
    const { quota } = this.objects;
    return quota === undefined
      ? []
      : [
          new k8s.core.v1.ResourceQuota(`${this.name}-quota`, quota, {
            parent: this,
            dependsOn: [...this.namespace, ...dependsOn],
          }),
        ];
  }
}
