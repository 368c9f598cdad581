/** JSON schemas for kubeconform, from the API server's own OpenAPI v2 document, custom resources included. */
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

/** The location template of the schemas in a folder filled by `writeSchemas`. */
export const schemaLocation = (folder: string): string =>
  join(folder, "{{ .ResourceKind }}{{ .KindSuffix }}.json");

/** kubeconform's KindSuffix: the first part of the group, and the version. */
const suffix = (group: string, version: string): string =>
  ["", ...(group ? [group.split(".")[0]] : []), version].join("-");

/** Writes one strict schema per kind: undefined fields are refused. */
export function writeSchemas(folder: string, { definitions }: OpenApi): void {
  const strict = Object.fromEntries(Object.entries(definitions).map(([name, it]) => [name, close(it)]));
  // The server declares these two as strings but also accepts numbers.
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

/** Returns a definition and all definitions that it refers to. */
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
      // The validator does not know all of the server's formats.
      type: format === "int-or-string" ? ["string", "integer"] : undefined,
      // The server treats an empty string as absent and fills in its default.
      enum: words && [...new Set([...words, ""])],
      items: items && close(items),
      properties: properties && mapValues(properties, close),
      additionalProperties: properties && !isOpen ? false : undefined,
    }),
  };
}

/** Where the sandbox cluster's schemas are cached once it has run. */
export const cachedSchemas = (): string => join(cacheFolder(), "schemas", `kubernetes-${KUBERNETES}`);

/** Caches the schemas of a new sandbox cluster, so that manifests can be checked without one. */
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
