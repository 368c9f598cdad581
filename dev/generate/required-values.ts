/** Generates the template that refuses a value removed by null: Helm deletes it, and templates read it as 0 or empty. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** Maps whose default entries can be removed with null. */
const OPEN = ["resources.requests", "resources.limits", "topologySpread", "networkPolicy.egress"];

/** Returns the template for the chart in `folder`. */
export function requiredValues(folder: string): string {
  const values = parse(readFileSync(join(folder, "values.yaml"), "utf8")) as Record<string, unknown>;
  const list = pathsOf(values).map((path) => `  ${JSON.stringify(path)}`);
  return `{{/* Values removed by null. Generated from values.yaml: run \`npm run generate\`. */}}
{{- define "microservice.missing" -}}
{{- $paths := list
${list.join("\n")}
}}
{{- range $path := $paths }}
{{- $value := $.Values }}
{{- range splitList "." $path }}
{{- if kindIs "map" $value }}{{ $value = index $value . }}{{ end }}
{{- end }}
{{- if kindIs "invalid" $value }}
{{ $path }}: null removes its default and leaves no value; remove the key instead
{{- end }}
{{- end }}
{{- end }}
`;
}

function pathsOf(values: Record<string, unknown>, parent = ""): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = `${parent}${key}`;
    const isLeaf = typeof value !== "object" || value === null || Array.isArray(value) || OPEN.includes(path);
    return isLeaf || Object.keys(value).length === 0
      ? [path]
      : pathsOf(value as Record<string, unknown>, `${path}.`);
  });
}
