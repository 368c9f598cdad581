{{/*
What no schema can say, a problem a line: numbers that must be below others, names that must be known. Only what is written
here is refused here; types, ranges and unknown keys are the schema's. All problems are told at once.
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
waitImage.repository: it is empty; name an image with sh, nc and wget
{{- end }}
{{- include "microservice.trafficProblems" . }}
{{- include "microservice.scalingProblems" . }}
{{- include "microservice.securityProblems" . }}
{{- include "microservice.networkProblems" . }}
{{- end }}
