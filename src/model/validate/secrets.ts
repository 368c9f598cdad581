/** Checks the secrets of an application, and where its texts put secrets and passwords. */
import type { Application, Service } from "../application";
import { own } from "../graph";
import { LENGTHS, MAX_LENGTH, type Secret, shapeOfSecret } from "../secrets";
import { isText, mentionsPassword, type Text } from "../text";
import type { Report } from "./report";

/** Longest name of a secret: names of credentials and Secret keys contain it. */
const MAX_NAME = 40;

/** Checks the declared secrets. */
export function checkSecrets({ secrets = {}, stores }: Application, report: Report): void {
  for (const [name, secret] of Object.entries(secrets)) {
    const where = `secret ${name}`;
    // A name such as `jwt-2` would be the second generation of `jwt`.
    if (name.length > MAX_NAME || !/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) || /-[0-9]+$/.test(name))
      report(
        where,
        `"${name}" is not a valid name of a secret`,
        `Use at most ${MAX_NAME} lower-case letters, digits and hyphens, starting with a letter. A number after a hyphen at the end is reserved for generations.`,
      );
    else if (own(stores, name))
      report(
        where,
        "a store has the same name",
        "Rename one of them: `flotilla rotate` needs to distinguish them.",
      );
    checkShape(where, secret, report);
  }
}

function checkShape(where: string, secret: Secret, report: Report): void {
  if (secret.given) {
    const extra = (["length", "alphabet"] as const).filter((key) => secret[key] !== undefined);
    if (extra.length > 0)
      report(
        where,
        `has \`given\` and \`${extra.join("` and `")}\`, but a given value is not generated`,
        `Remove \`given\`, or remove \`${extra.join("` and `")}\`.`,
      );
    return;
  }
  const { alphabet, length } = shapeOfSecret(secret);
  const { min } = LENGTHS[alphabet];
  if (length < min || length > MAX_LENGTH)
    report(
      where,
      `\`length\` is ${length}, but a secret of alphabet ${alphabet} has ${min} to ${MAX_LENGTH} characters`,
      length < min
        ? `Set it to at least ${min}: a shorter value can be guessed.`
        : `Set it to at most ${MAX_LENGTH}.`,
    );
}

/** Prefixes of variables that build tools copy into pages, where every visitor can read them. */
const PUBLIC_VARIABLE = /^(NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|REACT_APP|VITE|VUE_APP|GATSBY|PUBLIC)_/;

/** Folders whose files web servers send to everyone. */
const WEB_ROOT = /^\/(usr\/share\/nginx\/html|usr\/local\/apache2\/htdocs|var\/www|srv\/(www|http))\//;

/** Checks that no secret or password is in a variable or file that the service shows to its visitors. */
export function checkExposed(
  where: string,
  { env = {}, files = {} }: Pick<Service, "env" | "files">,
  report: Report,
): void {
  for (const [name, text] of Object.entries(env))
    if (PUBLIC_VARIABLE.test(name) && mentionsPassword(text))
      report(
        `${where}, ${name}`,
        "contains a secret, but variables with this prefix become part of pages that every visitor can read",
        "Use a variable without the prefix, and read it only on the server.",
      );
  for (const [path, content] of Object.entries(files))
    if (WEB_ROOT.test(path) && isText(content) && mentionsPassword(content as Text))
      report(
        `${where}, ${path}`,
        "contains a secret, but web servers send the files of this folder to every visitor",
        "Move the file to a folder that is not served, such as /etc.",
      );
}
