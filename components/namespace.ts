import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface NamespaceArgs {
  /** Name of the namespace; it is created, so it must not exist. */
  name: string;
  /** Labels, the Pod Security level among them. Default: none. */
  labels?: Record<string, string>;
  /** Whether the stack refuses to delete it. Default false. */
  protect?: boolean;
}

/** The namespace of one application in one environment. */
export class Namespace extends pulumi.ComponentResource {
  public readonly namespace: k8s.core.v1.Namespace;

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("flotilla:index:Namespace", name, {}, opts);
    this.namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name: args.name, labels: args.labels } },
      { parent: this, protect: args.protect },
    );
    this.registerOutputs({ name: args.name });
  }
}
