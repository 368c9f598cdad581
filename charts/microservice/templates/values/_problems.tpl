{{/*
Problems that a JSON schema cannot express, one per line: numbers compared with others, references to names. Types, ranges and
unknown keys are checked by the schema. All problems are reported together.
*/}}
{{- define "microservice.problems" -}}
{{- include "microservice.duplicates" . }}
{{- include "microservice.workloadProblems" . }}
{{- include "microservice.containerProblems" (dict "root" . "where" "" "spec" .Values "main" true) }}
{{- range $name, $sidecar := .Values.sidecars }}
{{- include "microservice.containerProblems" (dict "root" $ "where" (printf "sidecars.%s." $name) "spec" $sidecar) }}
{{- end }}
{{- range $name, $container := .Values.initContainers }}
{{- include "microservice.containerProblems" (dict "root" $ "where" (printf "initContainers.%s." $name) "spec" $container) }}
{{- end }}
{{- if not .Values.waitImage.repository }}
waitImage.repository: is empty; set an image with sh, nc and wget
{{- end }}
{{- include "microservice.trafficProblems" . }}
{{- include "microservice.scalingProblems" . }}
{{- include "microservice.securityProblems" . }}
{{- include "microservice.networkProblems" . }}
{{- end }}
