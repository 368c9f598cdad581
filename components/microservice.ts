import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ReleaseArgs, releaseArgs } from "./release";

/** A service as one Helm release of the shared chart. */
export class Microservice extends pulumi.ComponentResource {
  public readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("flotilla:index:Microservice", name, {}, opts);
    this.release = new k8s.helm.v3.Release(name, releaseArgs(args), { parent: this });
    this.registerOutputs({ status: this.release.status });
  }
}
