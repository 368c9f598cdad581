/** JSON schemas for kubeconform from what the API server itself publishes (OpenAPI v2), custom resources included. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compact, mapValues } from "../../../src/model/records";
import { cacheFolder } from "../paths";
import { inTemporaryFolder } from "../temporary";
import { KUBERNETES } from "../toolchain/specification";

export interface OpenApi {
  definitions: Record<string, Definition>;
}

interface Definition {
  properties?: Record<string, Definition>;
  additionalProperties?: unknown;
  format?: string;
  enum?: unknown[];
  items?: Definition;
  "x-kubernetes-group-version-kind"?: { group: string; version: string; kind: string }[];
  "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** Where kubeconform finds the schema of a kind in a folder that `writeSchemas` filled. */
export const schemaLocation = (folder: string): string =>
  join(folder, "{{ .ResourceKind }}{{ .KindSuffix }}.json");

/** What kubeconform calls the suffix of a kind: the first word of its group, and its version. */
const suffix = (group: string, version: string): string =>
  ["", ...(group ? [group.split(".")[0]] : []), version].join("-");

/** Writes one schema a kind, strict: a field that is not defined is refused. */
export function writeSchemas(folder: string, { definitions }: OpenApi): void {
  const strict = Object.fromEntries(Object.entries(definitions).map(([name, it]) => [name, close(it)]));
  // The server publishes these two as text, and takes numbers as well.
  for (const name of Object.keys(strict))
    if (/\.(Quantity|IntOrString)$/.test(name))
      strict[name] = { oneOf: [{ type: "string" }, { type: "number" }] };
  for (const [name, definition] of Object.entries(definitions))
    for (const { group, version, kind } of definition["x-kubernetes-group-version-kind"] ?? [])
      writeFileSync(
        join(folder, `${kind.toLowerCase()}${suffix(group, version)}.json`),
        JSON.stringify({ $ref: `#/definitions/${name}`, definitions: closureOf(name, strict) }),
      );
}

/** The definitions that one needs, itself included. */
function closureOf(name: string, all: Record<string, object>): Record<string, object> {
  const found: Record<string, object> = {};
  const visit = (wanted: string): void => {
    const definition = all[wanted];
    if (!definition || found[wanted]) return;
    found[wanted] = definition;
    for (const [, next] of JSON.stringify(definition).matchAll(/"#\/definitions\/([^"]+)"/g))
      visit(next as string);
  };
  visit(name);
  return found;
}

function close(definition: Definition): object {
  const { properties, items, format, enum: words, ...rest } = definition;
  const isOpen = rest.additionalProperties !== undefined || rest["x-kubernetes-preserve-unknown-fields"];
  return {
    ...rest,
    ...compact({
      // The validator knows fewer formats than the server has.
      type: format === "int-or-string" ? ["string", "integer"] : undefined,
      // An empty text is as good as none: the server fills in its default.
      enum: words && [...new Set([...words, ""])],
      items: items && close(items),
      properties: properties && mapValues(properties, close),
      additionalProperties: properties && !isOpen ? false : undefined,
    }),
  };
}

/** Where the schemas of the embedded cluster's own kinds are kept once it has run. */
export const cachedSchemas = (): string => join(cacheFolder(), "schemas", `kubernetes-${KUBERNETES}`);

/** Keeps the schemas that a fresh embedded cluster publishes, so that manifests can be checked without one. */
export async function keepSchemas(publish: () => Promise<OpenApi>): Promise<void> {
  const target = cachedSchemas();
  if (existsSync(target)) return;
  const openApi = await publish();
  mkdirSync(join(target, ".."), { recursive: true });
  await inTemporaryFolder(join(target, ".."), async (folder) => {
    const schemas = join(folder, "schemas");
    mkdirSync(schemas);
    writeSchemas(schemas, openApi);
    renameSync(schemas, target);
  });
}
