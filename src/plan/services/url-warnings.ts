/** Warns about logins in the user part of a URL that are not encoded. */
import { variablesOfPod } from "../../model/containers";
import { kindOfProgram, own, programsOf } from "../../model/graph";
import { isText, type Reference, type Text } from "../../model/text";
import type { AppContext } from "../context";
import { canHaveAnyCharacter } from "../credentials/application-secrets";
import { ENCODERS } from "../credentials/encodings";
import { isPlain } from "../stores/store";

/** Returns the warnings for the variables and files of services and tasks. */
export const urlWarnings = (context: AppContext): string[] =>
  Object.entries(programsOf(context.application)).flatMap(([program, described]) =>
    Object.entries({ ...described.files, ...variablesOfPod(described) }).flatMap(([name, content]) =>
      (isText(content) ? inUserPart(content) : [])
        .filter((reference) => mustBeEncoded(context, reference))
        .map(
          (reference) =>
            `apps/${context.application.name}.ts: ${kindOfProgram(context.application, program)} ${program}, ${name}: ${describe(reference)} is not encoded in a URL, ` +
            `where characters such as @ and / would end it: use ${reference.ref}InUrl(${argumentsOf(reference)})`,
        ),
    ),
  );

type Login = Extract<Reference, { ref: "username" | "password" | "secret" }>;

const describe = ({ ref, of }: Login): string => (ref === "secret" ? `secret ${of}` : `the ${ref} of ${of}`);

const argumentsOf = (reference: Login): string =>
  reference.ref === "secret" ? `"${reference.of}"` : `"${reference.of}", "${reference.account}"`;

/** Returns the logins without an encoding between `://` and the `@` before a host. */
function inUserPart(text: Text): Login[] {
  if (typeof text === "string") return [];
  const plain = (parts: Text) =>
    (parts as (string | Reference)[]).map((part) => (typeof part === "string" ? part : "x"));
  return text.filter((part, index): part is Login => {
    if (typeof part === "string" || !isLogin(part)) return false;
    const before = plain(text.slice(0, index)).join("");
    const after = plain(text.slice(index + 1)).join("");
    return part.encoding === undefined && /:\/\/[^\s/@?#]*$/.test(before) && /^[^\s/?#]*@/.test(after);
  });
}

const isLogin = (reference: Reference): reference is Login =>
  ["username", "password", "secret"].includes(reference.ref);

/** Whether a login has, or can have, characters that must be encoded in a URL. */
function mustBeEncoded(context: AppContext, reference: Login): boolean {
  if (reference.ref === "secret") return canHaveAnyCharacter(context, reference.of);
  const { externals = {}, services, stores } = context.application;
  const { ref, of, account } = reference;
  const external = own(externals, of);
  if (external && ref === "username") {
    const name = own(external.accounts ?? {}, account)?.username ?? "";
    return ENCODERS.uri.encode(name) !== name;
  }
  // The password of a stand-in is generated.
  if (external) return own(services, of) === undefined;
  const { credential } = own(own(stores, of)?.accounts ?? {}, account) ?? {};
  return (
    ref === "password" && credential !== undefined && "fixed" in credential && !isPlain(credential.fixed)
  );
}
