/** Generates the JSON Schema of stack files and layers, for editors. The first line of a stack file names it. */
import { z } from "zod";
import { jsonText } from "../../cli/terminal/json";
import { CREDENTIALS } from "../../src/config/credentials";
import { CHECK_OF_CHECKER, RULE_NAMES } from "../../src/config/rules";
import { settingsSchema } from "../../src/config/schema";
import { ABOUT } from "../../src/config/schema/key";
import { compact } from "../../src/model/records";

type Schema = z.core.JSONSchema.BaseSchema;

const PREFIX = "flotilla:";

/** Returns the schema as text. */
export function stackSchema(): string {
  const settings = z.toJSONSchema(settingsSchema, {
    io: "input",
    target: "draft-7",
    override: ({ zodSchema, jsonSchema }) => {
      const about = ABOUT.get(zodSchema as unknown as z.ZodType);
      if (!about) return;
      const default_ = /[.;]$/.test(about.usual) ? about.usual : `${about.usual}.`;
      jsonSchema.description = `${jsonSchema.description}\nUnit: ${about.unit}. Default: ${default_}`;
    },
  });
  const keys = Object.entries(settings.properties ?? {}).map(([name, schema]) => [
    PREFIX + name,
    asWritten(name, schema as Schema),
  ]);
  const schema: Schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Settings of a Flotilla stack, or a layer of them",
    description: "Generated from src/config/schema: run `npm run generate`.",
    type: "object",
    properties: {
      config: {
        type: ["object", "null"],
        properties: Object.fromEntries(keys),
        // Keys of other projects and of providers.
        patternProperties: { [`^(?!${PREFIX})[^:]+:.+$`]: {} },
        additionalProperties: false,
      },
    },
  };
  return jsonText(schema);
}

/** Returns the schema of a key in a file: null removes the value of earlier files, and `pulumi config set` writes text. */
function asWritten(name: string, schema: Schema): Schema {
  const { description, ...rest } = nullable(schema);
  if (name === CREDENTIALS) return { description, type: ["object", "null"], additionalProperties: ENCRYPTED };
  if (schema.type === "integer")
    return { description, anyOf: [rest, { type: "string", pattern: "^[0-9]+$" }] };
  if (schema.type === "boolean" || schema.anyOf?.some((option) => (option as Schema).type === "boolean"))
    return { description, anyOf: [rest, { enum: ["true", "false"] }] };
  return { description, ...rest };
}

const ENCRYPTED: Schema = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** Returns the schema with null allowed at every nested key. */
function nullable(schema: Schema): Schema {
  const { type, properties, additionalProperties, required: _, ...rest } = schema;
  const inner = (value: unknown, key = "") => {
    if (typeof value !== "object" || value === null) return value as boolean;
    const schema = nullable(value as Schema);
    return key === "exceptions"
      ? { ...schema, propertyNames: { anyOf: [{ enum: RULE_NAMES }, { pattern: CHECK_OF_CHECKER }] } }
      : schema;
  };
  return {
    ...rest,
    ...compact({
      type: type === undefined ? undefined : ([...new Set([type, "null"].flat())] as never),
      enum: rest.enum && [...rest.enum, null],
      anyOf: rest.anyOf && [...rest.anyOf, { type: "null" as const }],
      properties:
        properties &&
        (Object.fromEntries(
          Object.entries(properties).map(([key, value]) => [key, inner(value, key)]),
        ) as never),
      additionalProperties:
        additionalProperties === undefined ? undefined : (inner(additionalProperties) as never),
    }),
  };
}
