/** The helper that refuses a value taken away by null: Helm deletes it, and what is not there reads as 0 or nothing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** Maps whose default entries may be taken out. */
const OPEN = ["resources.requests", "resources.limits", "topologySpread", "networkPolicy.egress"];

/** The template for the chart in `folder`. */
export function requiredValues(folder: string): string {
  const values = parse(readFileSync(join(folder, "values.yaml"), "utf8")) as Record<string, unknown>;
  const list = pathsOf(values).map((path) => `  ${JSON.stringify(path)}`);
  return `{{/* Values that null has taken away. Generated from values.yaml: run \`npm run generate\`. */}}
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
{{ $path }}: null takes its default away, and nothing is left; leave the key out instead
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
