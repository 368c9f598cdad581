import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretPlan, SecretText } from "../plan/plan";

export interface CredentialsArgs {
  namespace: string;
  /** By Secret name. */
  secrets: Record<string, SecretPlan>;
  /** Generated credentials by name: their length in characters, and whether the stack refuses to delete them. */
  generated: Record<string, { length: number; protect: boolean }>;
  /** Values of the credentials that images fix, by name. */
  fixed: Record<string, string>;
}

/** Generates passwords and puts them into Secrets; nothing else ever sees a value. */
export class Credentials extends pulumi.ComponentResource {
  /** The Secrets, by name, for releases to depend on. */
  public readonly secrets: Record<string, k8s.core.v1.Secret>;

  constructor(name: string, args: CredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("flotilla:index:Credentials", name, {}, opts);
    const values: Record<string, pulumi.Output<string>> = {};
    for (const [credential, { length, protect }] of Object.entries(args.generated))
      values[credential] = new random.RandomPassword(
        credential,
        // Letters and digits: the only characters that all stores and connection strings take unquoted.
        { length, special: false },
        { parent: this, protect },
      ).result;
    for (const [credential, value] of Object.entries(args.fixed)) values[credential] = pulumi.secret(value);

    this.secrets = {};
    for (const [secret, plan] of Object.entries(args.secrets))
      this.secrets[secret] = new k8s.core.v1.Secret(
        secret,
        {
          metadata: { name: secret, namespace: args.namespace, labels: plan.labels },
          type: "Opaque",
          // `data`, not `stringData`: the API server turns the latter into the former, and every refresh would differ.
          data: pulumi.secret(mapValues(plan.keys, (text) => encode(text, values))),
        },
        { parent: this, protect: plan.protect },
      );
    this.registerOutputs({ secrets: Object.keys(args.secrets) });
  }
}

function encode(text: SecretText, values: Record<string, pulumi.Output<string>>): pulumi.Output<string> {
  const parts = text.map((part) => {
    if (typeof part === "string") return pulumi.output(part);
    const value = values[part.credential];
    if (!value) throw new Error(`the plan names credential ${part.credential}, which it does not describe`);
    return value;
  });
  return pulumi.all(parts).apply((filled) => Buffer.from(filled.join(""), "utf8").toString("base64"));
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
