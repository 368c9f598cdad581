import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { mapValues } from "../src/model/records";
import { externalSecret } from "../src/plan/credentials/external-secrets";
import { credentialsIn, fillText } from "../src/plan/credentials/secret-text";
import type { SecretPlan, SecretText } from "../src/plan/plan";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";

export interface CredentialsArgs {
  namespace: string;
  /** Generated credentials by name: their length in characters, and whether the stack refuses to delete them. */
  generated: Record<string, { length: number; protect: boolean }>;
  /** Values of the credentials that images fix, by name. */
  fixed: Record<string, string>;
  /** Values of the credentials that the stack was given, by name. */
  given: Record<string, pulumi.Output<string>>;
  /** What the names of the resources begin with. Default: nothing. */
  prefix?: string;
}

/** Generates passwords and puts them into Secrets; nothing else ever sees a value. */
export class Credentials extends pulumi.ComponentResource {
  /** The values, by name. */
  public readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  private readonly prefix: string;

  constructor(
    name: string,
    private readonly args: CredentialsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(COMPONENT_TYPES.credentials, name, {}, opts);
    this.prefix = args.prefix ?? "";
    const generated = Object.entries(args.generated).map(([credential, { length, protect }]) => [
      credential,
      new random.RandomPassword(
        `${this.prefix}${credential}`,
        // Letters and digits: the only characters that all stores and connection strings take unquoted.
        { length, special: false },
        { parent: this, protect },
      ).result,
    ]);
    this.values = {
      ...Object.fromEntries(generated),
      ...mapValues(args.fixed, (value) => pulumi.secret(value)),
      ...args.given,
    };
    this.registerOutputs({ credentials: Object.keys(args.generated) });
  }

  /** A Kubernetes Secret, or what makes one in the cluster; it comes after `dependsOn`. */
  public secret(name: string, plan: SecretPlan, dependsOn: pulumi.Input<pulumi.Resource>[]): pulumi.Resource {
    if (plan.external)
      return new k8s.apiextensions.CustomResource(
        `${this.prefix}${name}`,
        externalSecret(name, this.args.namespace, plan, plan.external),
        { parent: this, protect: plan.protect, dependsOn },
      );
    const data = mapValues(plan.keys, (text) => encode(text, this.values));
    return new k8s.core.v1.Secret(
      `${this.prefix}${name}`,
      {
        metadata: { name, namespace: this.args.namespace, labels: plan.labels },
        type: plan.type ?? "Opaque",
        // `data`, not `stringData`: the API server turns the latter into the former, and every refresh would differ.
        data: pulumi.secret(data),
      },
      // A store that is removed leaves its volumes behind: the passwords for their data stay beside them.
      { parent: this, protect: plan.protect, retainOnDelete: plan.protect, dependsOn },
    );
  }
}

function encode(text: SecretText, values: Credentials["values"]): pulumi.Output<string> {
  const known = credentialsIn(text).map((name) => {
    const value = values[name];
    if (!value) throw new Error(`the plan names credential ${name}, which it does not describe`);
    return [name, value] as const;
  });
  return pulumi
    .all(Object.fromEntries(known))
    .apply((plain) => Buffer.from(fillText(text, plain), "utf8").toString("base64"));
}
