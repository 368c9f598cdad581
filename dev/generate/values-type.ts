/** Generates the type of a chart's values from its schema and the comments in its values.yaml. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { withDescriptions } from "./comments";

/** Returns TypeScript source for the values of the chart in `folder`. */
export async function valuesType(folder: string): Promise<string> {
  const schema = JSON.parse(readFileSync(join(folder, "values.schema.json"), "utf8")) as JSONSchema;
  const described = withDescriptions(schema, join(folder, "values.yaml"));
  return compile(described, "MicroserviceValues", {
    bannerComment:
      "/** Values of charts/microservice, generated from its values.schema.json and values.yaml: run `npm run generate`. */",
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { printWidth: 110 },
  });
}
