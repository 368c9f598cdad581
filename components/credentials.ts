import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { mapValues } from "../src/model/records";
import type { Alphabet } from "../src/model/secrets";
import { externalSecret } from "../src/plan/credentials/external-secrets";
import { PASSWORD_INPUTS, passwordInputs } from "../src/plan/credentials/passwords";
import { credentialsIn, fillText } from "../src/plan/credentials/secret-text";
import type { SecretPlan, SecretText } from "../src/plan/plan";
import { COMPONENT_TYPES } from "../src/runtime/resource-types";

/** The arguments of `Credentials`. */
export interface CredentialsArgs {
  /** Namespace of the Secrets. */
  namespace: string;
  /** Passwords to generate, by name: length in characters, alphabet, and whether the stack refuses to delete them. */
  generated: Record<string, { length: number; alphabet?: Alphabet; protect: boolean }>;
  /** Values of passwords that an image fixes, by name. */
  fixed: Record<string, string>;
  /** Values of passwords from the stack's config, by name. */
  given: Record<string, pulumi.Output<string>>;
  /**
   * Prefix of the names of its resources.
   * @default none
   */
  prefix?: string;
}

/** Generated passwords, and the Secrets that contain passwords. No other part of the program handles password values. */
export class Credentials extends pulumi.ComponentResource {
  /** The values of all passwords, by name. */
  public readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  private readonly prefix: string;

  constructor(
    name: string,
    private readonly args: CredentialsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(COMPONENT_TYPES.credentials, name, {}, opts);
    this.prefix = args.prefix ?? "";
    const generated = Object.entries(args.generated).map(([credential, { protect, ...shape }]) => [
      credential,
      new random.RandomPassword(
        `${this.prefix}${credential}`,
        passwordInputs(shape),
        // A changed length applies to the next generation: it must not replace a value in use.
        { parent: this, protect, ignoreChanges: PASSWORD_INPUTS },
      ).result,
    ]);
    this.values = {
      ...Object.fromEntries(generated),
      ...mapValues(args.fixed, (value) => pulumi.secret(value)),
      ...args.given,
    };
    this.registerOutputs({ credentials: Object.keys(args.generated) });
  }

  /** Creates a Kubernetes Secret, or an ExternalSecret for it, after the resources of `dependsOn`. */
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
        // Not `stringData`: the API server converts it to `data`, so every refresh would show a difference.
        data: pulumi.secret(data),
      },
      // The Secret of a removed store is retained with its volumes, whose data has these passwords.
      { parent: this, protect: plan.protect, retainOnDelete: plan.protect, dependsOn },
    );
  }
}

/** Returns the value of a Secret's key, in base64. */
function encode(text: SecretText, values: Credentials["values"]): pulumi.Output<string> {
  const known = credentialsIn(text).map((name) => {
    const value = values[name];
    if (!value) throw new Error(`credential ${name} is missing in the plan`);
    return [name, value] as const;
  });
  return pulumi
    .all(Object.fromEntries(known))
    .apply((plain) => Buffer.from(fillText(text, plain), "utf8").toString("base64"));
}
