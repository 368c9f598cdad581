/** The files of a service: in the chart's ConfigMap, or in a Secret if they mention a password. */
import type { Service } from "../../model/application";
import { own } from "../../model/graph";
import { nameOfPath } from "../../model/names";
import type { Problem } from "../../model/problems";
import { mentionsPassword } from "../../model/text";
import type { AppContext } from "../context";
import type { SecretPlan } from "../plan";
import { fillFile, unquotedIn } from "./file-text";
import type { MicroserviceValues } from "./microservice-values";

/** Reports passwords of externals in YAML files where some characters would end the value, or begin a comment. */
export const fileTextProblems = ({ declared }: AppContext): Problem[] =>
  Object.entries(declared.services).flatMap(([service, { files = {} }]) =>
    Object.entries(files).flatMap(([path, text]) =>
      unquotedIn(path, text)
        .filter(({ of }) => own(declared.externals ?? {}, of) !== undefined)
        .map(({ ref, of }) => ({
          where: `apps/${declared.name}.ts: service ${service}, ${path}`,
          what: `the ${ref} of "${of}" is a part of a YAML value without quotes, and it can have characters that end the value`,
          todo: "Put the value into double quotes.",
        })),
    ),
  );

/** Returns the values for the files of a service. `secrets` are its Secrets with files. */
export function filesOf(
  context: AppContext,
  { files = {} }: Service,
  secrets: Record<string, SecretPlan>,
): Pick<MicroserviceValues, "config" | "volumes" | "mounts"> {
  const paths = Object.keys(files);
  const holder = (path: string) =>
    Object.keys(secrets).find((secret) => own(secrets[secret]?.keys ?? {}, nameOfPath(path))) as string;
  const isSecret = (path: string) => mentionsPassword(files[path] ?? "");
  return {
    config: {
      files: Object.fromEntries(
        paths
          .filter((path) => !isSecret(path))
          .map((path) => [
            nameOfPath(path),
            { path, content: fillFile(context, path, files[path] ?? "").join("") },
          ]),
      ),
    },
    volumes: Object.fromEntries(Object.keys(secrets).map((name) => [name, { secret: { name } }])),
    mounts: Object.fromEntries(
      paths.filter(isSecret).map((path) => {
        const key = nameOfPath(path);
        return [key, { volume: holder(path), path, subPath: key, readOnly: true }];
      }),
    ),
  };
}
