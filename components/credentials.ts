import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { mapValues } from "../src/model/records";
import { externalSecret } from "../src/plan/credentials/external-secrets";
import { credentialsIn, fillText } from "../src/plan/credentials/secret-text";
import type { SecretPlan, SecretText } from "../src/plan/plan";

export interface CredentialsArgs {
  namespace: string;
  /** Generated credentials by name: their length in characters, and whether the stack refuses to delete them. */
  generated: Record<string, { length: number; protect: boolean }>;
  /** Values of the credentials that images fix, by name. */
  fixed: Record<string, string>;
  /** Values of the credentials that the stack was given, by name. */
  given: Record<string, pulumi.Output<string>>;
}

/** Generates passwords and puts them into Secrets; nothing else ever sees a value. */
export class Credentials extends pulumi.ComponentResource {
  private readonly values: Record<string, pulumi.Output<string>> = {};

  constructor(
    name: string,
    private readonly args: CredentialsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("flotilla:index:Credentials", name, {}, opts);
    for (const [credential, { length, protect }] of Object.entries(args.generated))
      this.values[credential] = new random.RandomPassword(
        credential,
        // Letters and digits: the only characters that all stores and connection strings take unquoted.
        { length, special: false },
        { parent: this, protect },
      ).result;
    for (const [credential, value] of Object.entries(args.fixed))
      this.values[credential] = pulumi.secret(value);
    Object.assign(this.values, args.given);
    this.registerOutputs({ credentials: Object.keys(args.generated) });
  }

  /** A Kubernetes Secret, or what makes one in the cluster; it comes after `dependsOn`. */
  public secret(name: string, plan: SecretPlan, dependsOn: pulumi.Resource[]): pulumi.Resource {
    if (plan.external)
      return new k8s.apiextensions.CustomResource(
        name,
        externalSecret(name, this.args.namespace, plan, plan.external),
        { parent: this, protect: plan.protect, dependsOn },
      );
    const data = mapValues(plan.keys, (text) => encode(text, this.values));
    return new k8s.core.v1.Secret(
      name,
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

function encode(text: SecretText, values: Record<string, pulumi.Output<string>>): pulumi.Output<string> {
  const known = credentialsIn(text).map((name) => {
    const value = values[name];
    if (!value) throw new Error(`the plan names credential ${name}, which it does not describe`);
    return [name, value] as const;
  });
  return pulumi
    .all(Object.fromEntries(known))
    .apply((plain) => Buffer.from(fillText(text, plain), "utf8").toString("base64"));
}
