/** The Secrets of a service: variables and files that contain a password. */

import { variablesOfPod } from "../../model/containers";
import { kindOfProgram, own, programOf, programsOf } from "../../model/graph";
import { keysOfPaths } from "../../model/names";
import type { Problem } from "../../model/problems";
import { compact } from "../../model/records";
import { isText, mentionsPassword, referencesOf, type Text } from "../../model/text";
import type { AppContext, PlanContext } from "../context";
import { secretCredentials } from "../credentials/application-secrets";
import { externalSource } from "../credentials/external-secrets";
import { externalCredentials } from "../credentials/externals";
import { credentialsIn } from "../credentials/secret-text";
import { shortDigest } from "../digest";
import { fillSecret } from "../hosts";
import { directLabels } from "../labels";
import type { CredentialPlan, SecretPlan, SecretText } from "../plan";
import { fillFile } from "./file-text";

/** The content of a Secret of a service. Variables and files have separate Secrets, because Kubernetes limits their size. */
type Content = "env" | "files";

/** Returns the name of a Secret of a service. Content from the secret store is in a second Secret. */
const secretName = (service: string, content: Content, isRemote: boolean) =>
  `${service}-${content}${isRemote ? "-external" : ""}`;

/** A text that contains a password. */
interface SecretEntry {
  /** Key in the Secret. */
  key: string;
  /** The variable or the path of the file. */
  name: string;
  text: Text;
  filled: SecretText;
  /** How many of its passwords come from the secret store. `some` is a problem. */
  remote: "all" | "none" | "some";
}

const found = new WeakMap<AppContext, Record<string, CredentialPlan>>();

/** Returns the credentials that can come from the secret store. They are computed once, because every service needs them. */
function sourcesOf(context: AppContext): Record<string, CredentialPlan> {
  // Without a secret store, all passwords are in the stack.
  if (!context.settings.externalSecrets) return {};
  const known = found.get(context) ?? { ...externalCredentials(context), ...secretCredentials(context) };
  found.set(context, known);
  return known;
}

/** Returns the variables or files of a service that contain a password. */
function entriesOf(context: AppContext, service: string, content: Content): SecretEntry[] {
  const { application } = context;
  const sources = sourcesOf(context);
  const written = programOf(application, service) ?? {};
  const keyOf = keysOfPaths(written);
  const texts = content === "env" ? variablesOfPod(written) : (written.files ?? {});
  return Object.entries(texts).flatMap(([name, text]) => {
    if (!isText(text) || !mentionsPassword(text)) return [];
    const [key, filled] =
      content === "env" ? [name, fillSecret(context, text)] : [keyOf(name), fillFile(context, name, text)];
    const mentioned = credentialsIn(filled);
    const remote = mentioned.filter((credential) => sources[credential]?.source === "secret store");
    return [
      {
        key,
        name,
        text,
        filled,
        remote: remote.length === 0 ? "none" : remote.length === mentioned.length ? "all" : "some",
      },
    ];
  });
}

/** Reports texts with a password from the secret store and one from the stack: neither side has both values. */
export const mixedSecretProblems = (context: AppContext): Problem[] =>
  // Without a secret store, all passwords are in the stack.
  Object.keys(context.settings.externalSecrets ? programsOf(context.application) : {}).flatMap((service) =>
    CONTENTS.flatMap((content) => entriesOf(context, service, content))
      .filter(({ remote }) => remote === "some")
      .map(({ name, filled }) => ({
        where: `apps/${context.application.name}.ts: ${kindOfProgram(context.application, service)} ${service}`,
        what: `${name} contains ${credentialsIn(filled).join(" and ")}, but only some of them come from flotilla:externalSecrets`,
        todo: "Split it into two variables or files, or set the password in the stack: pulumi config set --secret --path flotilla:credentials.<name>",
      })),
  );

const CONTENTS: readonly Content[] = ["env", "files"];

/** Returns the Secrets of a service, by name: with content from the stack, and with content from the secret store. */
export function secretsOf(
  context: PlanContext,
  service: string,
): Record<Content, Record<string, SecretPlan>> {
  return { env: secretsWith(context, service, "env"), files: secretsWith(context, service, "files") };
}

function secretsWith(context: PlanContext, service: string, content: Content): Record<string, SecretPlan> {
  const { settings } = context;
  const entries = entriesOf(context, service, content);
  const secrets = ["none", "all"].flatMap((remote): [string, SecretPlan][] => {
    const mine = entries.filter((entry) => entry.remote === remote);
    if (mine.length === 0) return [];
    const rotated = mine
      .flatMap(({ text }) => referencesOf(text))
      .filter(({ ref }) => ref === "password")
      .flatMap(({ of }) => own(context.gates, of) ?? []);
    const source =
      remote === "all"
        ? externalSource(
            settings,
            mine.map(({ filled }) => filled),
          )
        : undefined;
    const secret: SecretPlan = {
      owner: service,
      labels: directLabels(context),
      protect: false,
      keys: Object.fromEntries(mine.map(({ key, filled }) => [key, filled])),
      ...compact({ external: source }),
      needs: [...new Set(rotated)],
    };
    return [[secretName(service, content, remote === "all"), secret]];
  });
  return Object.fromEntries(secrets);
}

/** Returns a digest of Secrets, over the names of their credentials. Undefined if there are none. A new digest restarts the pods. */
export const checksumOf = (secrets: readonly SecretPlan[]): string | undefined =>
  secrets.length === 0 ? undefined : shortDigest(secrets.map(({ keys }) => JSON.stringify(keys)).join(""));
