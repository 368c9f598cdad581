/** Checks the references in texts: the target must be in `uses`, and must have the property. */
import type { Application } from "../application";
import { own } from "../graph";
import { suggest } from "../nearest";
import { factsOf } from "../store-kinds";
import type { Program } from "../task";
import { isOfPod, isText, mentionsPassword, type PodReference, type Reference, referencesOf } from "../text";
import { wordsIn } from "../words";
import type { Report } from "./report";

/** References that only stores have. */
const OF_STORES: readonly Reference["ref"][] = ["readHost", "members", "replicaSet"];

/** References that only stores and externals have. */
const OF_ACCOUNTS: readonly Reference["ref"][] = ["username", "password"];

/** Checks a reference in a text of a service. */
function checkReference(
  application: Application,
  name: string,
  uses: readonly string[],
  where: string,
  reference: Reference,
  report: Report,
): void {
  const { of, ref } = reference;
  // `checkPodReferences` checks where it is used.
  if (isOfPod(reference)) return;
  if (ref === "secret") {
    const declared = Object.keys(application.secrets ?? {});
    if (!declared.includes(of))
      report(
        where,
        `refers to secret "${of}", which is not in \`secrets\` of the application`,
        declared.length === 0
          ? `Add it: secrets: { ${JSON.stringify(of)}: { reason: "..." } }.`
          : suggest(of, declared),
      );
    return;
  }
  const external = own(application.externals ?? {}, of);
  // A stand-in can read the passwords that its clients log in with.
  const isOwn = of === name && external !== undefined;
  if (!uses.includes(of) && !isOwn) {
    report(where, `refers to "${of}", which is not in \`uses\``, `Add "${of}" to \`uses\`.`);
    return;
  }
  const service = own(application.services, of);
  const kind = service ? "service" : external ? "external" : "store";
  const has =
    kind === "store"
      ? ref !== "url"
      : !OF_STORES.includes(ref) && (kind === "external" || !OF_ACCOUNTS.includes(ref));
  if (!has) {
    report(
      where,
      `refers to the ${ref} of "${of}", which is ${kind === "external" ? "an" : "a"} ${kind}`,
      ref === "url" ? "Stores have no url: use host and port." : `Only a store has a ${ref}.`,
    );
    return;
  }
  const protocol = external?.protocol ?? Object.values(service?.ports ?? {})[0]?.protocol;
  if (ref === "url" && (protocol === "tcp" || protocol === "udp" || protocol === "sctp"))
    report(where, `refers to the url of "${of}", whose protocol is ${protocol}`, "Use host and port.");
  checkAccount(application, where, reference, report);
}

/** Checks that the account of a reference exists. */
export function checkAccount(
  application: Application,
  where: string,
  reference: Reference,
  report: Report,
): void {
  if (reference.ref !== "password" && reference.ref !== "username") return;
  const { of } = reference;
  const store = own(application.stores, of);
  if (store?.noPassword !== undefined) {
    report(
      where,
      `refers to the ${reference.ref} of "${of}", which runs without a password`,
      "Remove the reference: clients connect without a login.",
    );
    return;
  }
  const accounts =
    store && factsOf(store.kind).logins === "default user"
      ? ["default"]
      : Object.keys((store ?? own(application.externals ?? {}, of))?.accounts ?? {});
  if (!accounts.includes(reference.account))
    report(
      where,
      `refers to account "${reference.account}" of "${of}", which does not exist`,
      suggest(reference.account, accounts),
    );
}

/** Describes a value that only the pod knows, such as `podField("status.podIP")`. */
export const describePodReference = ({ ref, of }: PodReference): string =>
  `${ref}(${JSON.stringify(of)}${ref === "secretKey" || ref === "configMapKey" ? ", ..." : ""})`;

/** Checks that each value from the cluster is the whole value of a variable. */
function checkPodReferences(
  where: string,
  { env = {}, files = {}, command, args }: Pick<Program, "env" | "files" | "command" | "args">,
  report: Report,
): void {
  const inEnv = Object.entries(env).filter(([, text]) => text.length > 1);
  const elsewhere = [...Object.entries(files), ...wordsIn({ command, args })];
  for (const [place, text] of [...inEnv, ...elsewhere])
    for (const reference of isText(text) ? referencesOf(text).filter(isOfPod) : [])
      report(
        `${where}, ${place}`,
        `contains ${describePodReference(reference)}, whose value only the pod knows`,
        place.startsWith("/")
          ? "Use it as the value of a variable, and let the program read that."
          : "Use it as the value of a variable of its own, and refer to that as $(NAME).",
      );
}

/** Checks the texts of a container: its variables, files, command and arguments. */
export function checkTexts(
  application: Application,
  name: string,
  uses: readonly string[],
  where: string,
  program: Pick<Program, "env" | "files" | "command" | "args">,
  report: Report,
): void {
  const { env = {}, files = {} } = program;
  const words = wordsIn(program);
  checkPodReferences(where, program, report);
  for (const [key, text] of words)
    if (mentionsPassword(text))
      report(
        `${where}, ${key}`,
        "a password or secret in a command is visible to everyone who can read the pod",
        "Put it into an environment variable, and refer to it as $(NAME).",
      );
  const texts = [...Object.entries(env), ...Object.entries(files), ...words];
  for (const [key, text] of texts)
    for (const reference of isText(text) ? referencesOf(text) : [])
      checkReference(application, name, uses, `${where}, ${key}`, reference, report);
}
