/** The Secrets of a service: its variables and files that mention a password. */

import type { Service } from "../../model/application";
import { own } from "../../model/graph";
import { keysOfPaths } from "../../model/names";
import type { Problem } from "../../model/problems";
import { compact } from "../../model/records";
import { isText, mentionsPassword, referencesOf, type Text } from "../../model/text";
import type { AppContext, PlanContext } from "../context";
import { externalSource } from "../credentials/external-secrets";
import { externalCredentials } from "../credentials/externals";
import { credentialsIn } from "../credentials/secret-text";
import { shortDigest } from "../digest";
import { fillSecret } from "../hosts";
import { directLabels } from "../labels";
import type { SecretPlan, SecretText } from "../plan";
import { fillFile } from "./file-text";

/** What a Secret of a service has. Variables and files have one each: Kubernetes limits the size of a Secret. */
type Content = "env" | "files";

/** Name of a Secret of a service. The secret store of the cluster fills a second one. */
const secretName = (service: string, content: Content, isRemote: boolean) =>
  `${service}-${content}${isRemote ? "-external" : ""}`;

/** A text that mentions a password. */
interface SecretEntry {
  /** Key in the Secret. */
  key: string;
  /** The variable or the path of the file. */
  name: string;
  text: Text;
  filled: SecretText;
  /** Whether the secret store of the cluster has its passwords: all, none, or some of them, which is a problem. */
  remote: "all" | "none" | "some";
}

/** Returns the variables or files of a service that mention a password. */
function entriesOf(context: AppContext, service: string, content: Content): SecretEntry[] {
  const { settings, application } = context;
  // Without a secret store every password is in the stack.
  const sources = settings.externalSecrets ? externalCredentials(context) : {};
  const written: Pick<Service, "env" | "files" | "writable"> = own(application.services, service) ?? {};
  const keyOf = keysOfPaths(written);
  return Object.entries(written[content] ?? {}).flatMap(([name, text]) => {
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

/** Reports texts that mention a password of the secret store and one of the stack: neither side can fill them. */
export const mixedSecretProblems = (context: AppContext): Problem[] =>
  // Without a secret store every password is in the stack.
  Object.keys(context.settings.externalSecrets ? context.application.services : {}).flatMap((service) =>
    CONTENTS.flatMap((content) => entriesOf(context, service, content))
      .filter(({ remote }) => remote === "some")
      .map(({ name, filled }) => ({
        where: `apps/${context.application.name}.ts: service ${service}`,
        what: `${name} mentions ${credentialsIn(filled).join(" and ")}, which are not in one place: some are in flotilla:externalSecrets, others are not`,
        todo: "Make two variables or files of it, or give the stack the password: pulumi config set --secret --path flotilla:credentials.<name>",
      })),
  );

const CONTENTS: readonly Content[] = ["env", "files"];

/** Returns the Secrets of a service, by name: those that the stack fills, and those that the secret store of the cluster fills. */
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

/** Digest of the contents of Secrets, by the names of their credentials; undefined if there are none. A new one rolls the pods. */
export const checksumOf = (secrets: readonly SecretPlan[]): string | undefined =>
  secrets.length === 0 ? undefined : shortDigest(secrets.map(({ keys }) => JSON.stringify(keys)).join(""));
