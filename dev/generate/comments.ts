/** The words of a chart's values.yaml: what `## @param` and `## @extra` say of each value. */
import type { JSONSchema } from "json-schema-to-typescript";

// The package has no types, and its index does not name these two.
const { parseMetadataComments } = require("@bitnami/readme-generator-for-helm/lib/parser.js") as {
  parseMetadataComments: (file: string, config: unknown) => { parameters: Comment[] };
};
const config: unknown = require("@bitnami/readme-generator-for-helm/config.json");

interface Comment {
  /** Path of the value; a step in capitals stands for any name. */
  name: string;
  description: string;
}

/** A schema with the words of values.yaml as descriptions. */
export function withDescriptions(schema: JSONSchema, valuesFile: string): JSONSchema {
  const described = structuredClone(schema);
  for (const { name, description } of parseMetadataComments(valuesFile, config).parameters) {
    const target = find(described, described, name.split("."));
    if (target && description) target.description = description;
  }
  return described;
}

/** The schema at a path. What several places share is described where it is defined, by the first that speaks of it. */
function find(root: JSONSchema, schema: JSONSchema, path: readonly string[]): JSONSchema | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  const reference = (schema.allOf?.[0] ?? schema).$ref;
  const target = reference ? root.definitions?.[reference.replace("#/definitions/", "")] : schema;
  const named = target?.properties?.[step];
  if (named) {
    // A reference cannot carry words of its own in this version of JSON Schema: they would be dropped.
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
