{{/* Labels that select the pods. Selectors are immutable, so these never change. */}}
{{- define "microservice.selector" -}}
app.kubernetes.io/name: {{ include "microservice.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Labels that select the pod of `helm test`. */}}
{{- define "microservice.testSelector" -}}
app.kubernetes.io/name: {{ printf "%s-helm-test" (include "microservice.name" .) | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Labels of every object: (list $ more). `more` overrides the chart's own labels, but never the selector. */}}
{{- define "microservice.labels" -}}
{{- $root := index . 0 }}
{{- $chart := dict "app.kubernetes.io/managed-by" $root.Release.Service "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version) }}
{{- merge (include "microservice.selector" $root | fromYaml) (index . 1) $chart (include "microservice.commonLabels" $root | fromYaml) | toYaml }}
{{- end }}

{{/* Labels of the pods: without the chart version, so that a new version alone restarts nothing. */}}
{{- define "microservice.podLabels" -}}
{{- merge (include "microservice.selector" . | fromYaml) .Values.podLabels (include "microservice.commonLabels" . | fromYaml) | toYaml }}
{{- end }}

{{/* Labels of the `helm test` objects: the Service must not select the test pod. */}}
{{- define "microservice.testLabels" -}}
{{- merge (include "microservice.testSelector" . | fromYaml) (include "microservice.labels" (list . dict) | fromYaml) | toYaml }}
{{- end }}

{{/* Labels shared by objects and pods. A tag may contain characters that a label value may not. */}}
{{- define "microservice.commonLabels" -}}
{{- $tag := regexReplaceAll "[^A-Za-z0-9._-]" .Values.image.tag "-" | trunc 63 | trimAll "-_." }}
{{- $version := .Values.image.digest | trimPrefix "sha256:" | trunc 12 | default $tag }}
{{- $labels := dict "app.kubernetes.io/version" $version "app.kubernetes.io/component" .Values.component "app.kubernetes.io/part-of" .Values.application "flotilla.dev/team" .Values.team "flotilla.dev/environment" .Values.environment }}
{{- range $label, $value := $labels }}
{{- if not $value }}{{ $_ := unset $labels $label }}{{ end }}
{{- end }}
{{- merge (deepCopy .Values.labels) $labels | toYaml }}
{{- end }}
