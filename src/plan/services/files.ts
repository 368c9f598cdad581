/** The files of a service: in the chart's ConfigMap, or in a Secret if they contain a password. */
import type { Binary } from "../../model/application";
import { kindOfProgram, own, programsOf } from "../../model/graph";
import { keysOfPaths } from "../../model/names";
import type { Problem } from "../../model/problems";
import type { Program } from "../../model/task";
import { isText, mentionsPassword, type Reference, type Text } from "../../model/text";
import type { AppContext } from "../context";
import { canHaveAnyCharacter } from "../credentials/application-secrets";
import type { SecretPlan } from "../plan";
import { isPlain } from "../stores/store";
import { fillFile, unquotedIn } from "./file-text";
import type { MicroserviceValues } from "./microservice-values";

/** Reports passwords in YAML files that may contain characters that end the value or start a comment. */
export const fileTextProblems = (context: AppContext): Problem[] => {
  const { declared } = context;
  return Object.entries(programsOf(declared)).flatMap(([name, { files = {} }]) =>
    Object.entries(files).flatMap(([path, text]) =>
      (isText(text) ? unquotedIn(path, text) : [])
        .filter((reference) => canHaveAny(context, reference))
        .map(({ ref, of }) => ({
          where: `apps/${declared.name}.ts: ${kindOfProgram(declared, name)} ${name}, ${path}`,
          what: `the ${ref} of "${of}" is part of a YAML value without quotes, and may contain characters that end the value`,
          todo: "Put the value in double quotes.",
        })),
    ),
  );
};

/** Whether a user name or password can have characters other than letters and digits. Only generated ones cannot. */
function canHaveAny(context: AppContext, reference: Reference): boolean {
  if (reference.ref === "secret") return canHaveAnyCharacter(context, reference.of);
  const { externals = {}, stores } = context.declared;
  if (own(externals, reference.of)) return true;
  if (reference.ref !== "password") return false;
  const { credential } = own(own(stores, reference.of)?.accounts ?? {}, reference.account) ?? {};
  return credential !== undefined && "fixed" in credential && !isPlain(credential.fixed);
}

/** Returns the values for the files of a service. `secrets` are the service's Secrets with files. */
export function filesOf(
  context: AppContext,
  service: Program,
  secrets: Record<string, SecretPlan>,
): Required<Pick<MicroserviceValues, "config" | "volumes" | "mounts">> {
  const keyOf = keysOfPaths(service);
  const all = Object.entries(service.files ?? {}).map(([path, content]) => ({
    path,
    content,
    key: keyOf(path),
  }));
  const holder = (key: string) =>
    Object.keys(secrets).find((secret) => own(secrets[secret]?.keys ?? {}, key)) as string;
  const isSecret = ({ content }: { content: Text | Binary }) => isText(content) && mentionsPassword(content);
  return {
    config: {
      files: Object.fromEntries(
        all
          .filter((file) => !isSecret(file))
          .map(({ path, content, key }) => [
            key,
            { path, ...(isText(content) ? { content: fillFile(context, path, content).join("") } : content) },
          ]),
      ),
    },
    volumes: Object.fromEntries(
      Object.keys(secrets).map((name) => [volumeOf(secrets, name), { secret: { name } }]),
    ),
    mounts: Object.fromEntries(
      all
        .filter(isSecret)
        .map(({ path, key }) => [
          key,
          { volume: volumeOf(secrets, holder(key)), path, subPath: key, readOnly: true },
        ]),
    ),
  };
}

/** Returns the name of the volume for a Secret, whose own name may be too long for a volume. */
const volumeOf = (secrets: Record<string, SecretPlan>, name: string): string =>
  secrets[name]?.external === undefined ? "secret-files" : "secret-files-external";
