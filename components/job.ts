import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DONE_IGNORES } from "../src/plan/release-inputs";
import { type ReleaseArgs, releaseArgs } from "./release";

/** A Job on a store (its accounts, its first data, its rotation) as one Helm release: done when the Job is. */
export class Job extends pulumi.ComponentResource {
  public readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("flotilla:index:Job", name, {}, opts);
    const ignoreChanges = args.release.done ? [...DONE_IGNORES] : [];
    this.release = new k8s.helm.v3.Release(name, releaseArgs(args), { parent: this, ignoreChanges });
    this.registerOutputs({ status: this.release.status });
  }
}
