{{/* Name of every object. */}}
{{- define "microservice.name" -}}
{{ .Values.fullnameOverride | default .Release.Name }}
{{- end }}

{{/* Name of the headless Service that gives a StatefulSet's pods their host names. */}}
{{- define "microservice.headlessName" -}}
{{ include "microservice.name" . }}-headless
{{- end }}

{{/* Name of the ServiceAccount. */}}
{{- define "microservice.serviceAccountName" -}}
{{- if .Values.serviceAccount.name }}{{ .Values.serviceAccount.name }}
{{- else if .Values.serviceAccount.create }}{{ include "microservice.name" . }}
{{- else }}default{{ end }}
{{- end }}

{{/* Name, namespace and labels of an object: (list $ "suffix of the name" labels). */}}
{{- define "microservice.metadata" -}}
{{- $root := index . 0 -}}
name: {{ printf "%s%s" (include "microservice.name" $root) (index . 1) | quote }}
namespace: {{ $root.Release.Namespace | quote }}
labels:
  {{- include "microservice.labels" (list $root (index . 2)) | nindent 2 }}
{{- end }}
