import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ReleaseArgs, releaseArgs } from "./release";

/** A database or queue as one Helm release. In prod it is protected: `pulumi destroy` stops before it. */
export class Store extends pulumi.ComponentResource {
  public readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("flotilla:index:Store", name, {}, opts);
    this.release = new k8s.helm.v3.Release(name, releaseArgs(args), {
      parent: this,
      protect: args.release.protect,
    });
    this.registerOutputs({ status: this.release.status });
  }
}
