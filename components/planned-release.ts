import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { RELEASE_COMPONENTS } from "../src/runtime/resource-types";
import { createRelease, type ReleaseArgs } from "./release";

/** The component around the Helm release of a store, a service, a Job or a task of an application. */
export class PlannedRelease extends pulumi.ComponentResource {
  /** The Helm release. */
  public readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super(RELEASE_COMPONENTS[args.release.kind], name, {}, opts);
    this.release = createRelease(name, args, { parent: this });
    this.registerOutputs({ status: this.release.status });
  }
}
