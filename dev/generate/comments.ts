/** Reads the descriptions of values from a chart's values.yaml (`## @param` and `## @extra`). */
import type { JSONSchema } from "json-schema-to-typescript";

// The package has no types, and its index does not export these two.
const { parseMetadataComments } = require("@bitnami/readme-generator-for-helm/lib/parser.js") as {
  parseMetadataComments: (file: string, config: unknown) => { parameters: Comment[] };
};
const config: unknown = require("@bitnami/readme-generator-for-helm/config.json");

interface Comment {
  /** The path of the value; a step in capitals stands for any name. */
  name: string;
  description: string;
}

/** Returns the schema with the descriptions of values.yaml. */
export function withDescriptions(schema: JSONSchema, valuesFile: string): JSONSchema {
  const described = structuredClone(schema);
  for (const { name, description } of parseMetadataComments(valuesFile, config).parameters) {
    const target = find(described, described, name.split("."));
    if (target && description) target.description = description;
  }
  return described;
}

/** Returns the schema at a path. A shared definition gets the first description found for it. */
function find(root: JSONSchema, schema: JSONSchema, path: readonly string[]): JSONSchema | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  const reference = (schema.allOf?.[0] ?? schema).$ref;
  const target = reference ? root.definitions?.[reference.replace("#/definitions/", "")] : schema;
  const named = target?.properties?.[step];
  if (named) {
    // This version of JSON Schema drops a description next to a $ref.
    if (rest.length === 0 && named.$ref && target?.properties) {
      const wrapped: JSONSchema = { allOf: [{ $ref: named.$ref }] };
      target.properties[step] = wrapped;
      return wrapped;
    }
    return find(root, named, rest);
  }
  const any = target?.additionalProperties;
  return any && typeof any === "object" && step === step.toUpperCase() ? find(root, any, rest) : undefined;
}
