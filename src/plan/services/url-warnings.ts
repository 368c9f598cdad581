/** Warns about logins in the user part of a URL that are not encoded. */
import type { Application } from "../../model/application";
import { kindOfProgram, own, programsOf } from "../../model/graph";
import { isText, type Reference, type Text } from "../../model/text";
import type { AppContext } from "../context";
import { ENCODERS } from "../credentials/encodings";
import { isPlain } from "../stores/store";

/** Returns the warnings for the variables and files of services and tasks. */
export const urlWarnings = ({ application }: AppContext): string[] =>
  Object.entries(programsOf(application)).flatMap(([program, { env = {}, files = {} }]) =>
    Object.entries({ ...files, ...env }).flatMap(([name, content]) =>
      (isText(content) ? inUserPart(content) : [])
        .filter((reference) => mustBeEncoded(application, reference))
        .map(
          ({ ref, of, account }) =>
            `apps/${application.name}.ts: ${kindOfProgram(application, program)} ${program}, ${name}: the ${ref} of ${of} is not encoded in a URL, ` +
            `where characters such as @ and / would end it: use ${ref}InUrl("${of}", "${account}")`,
        ),
    ),
  );

type Login = Extract<Reference, { account: string }>;

/** Returns the logins without an encoding between `://` and the `@` before a host. */
function inUserPart(text: Text): Login[] {
  if (typeof text === "string") return [];
  const plain = (parts: Text) =>
    (parts as (string | Reference)[]).map((part) => (typeof part === "string" ? part : "x"));
  return text.filter((part, index): part is Login => {
    if (typeof part === "string" || (part.ref !== "password" && part.ref !== "username")) return false;
    const before = plain(text.slice(0, index)).join("");
    const after = plain(text.slice(index + 1)).join("");
    return part.encoding === undefined && /:\/\/[^\s/@?#]*$/.test(before) && /^[^\s/?#]*@/.test(after);
  });
}

/** Whether a login has, or can have, characters that must be encoded in a URL. */
function mustBeEncoded(
  { externals = {}, services, stores }: Application,
  { ref, of, account }: Login,
): boolean {
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
