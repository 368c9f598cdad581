{{/* Name of every object. */}}
{{- define "microservice.name" -}}
{{ .Values.fullnameOverride | default .Release.Name }}
{{- end }}

{{/* Name of the headless Service that gives a StatefulSet's pods their hosts. */}}
{{- define "microservice.headlessName" -}}
{{ include "microservice.name" . }}-headless
{{- end }}

{{/* Name of the ServiceAccount. */}}
{{- define "microservice.serviceAccountName" -}}
{{- if .Values.serviceAccount.name }}{{ .Values.serviceAccount.name }}
{{- else if .Values.serviceAccount.create }}{{ include "microservice.name" . }}
{{- else }}default{{ end }}
{{- end }}

{{/* Name of the Secret with the Ingress's certificate. */}}
{{- define "microservice.tlsSecretName" -}}
{{ .Values.ingress.tls.secret | default (printf "%s-tls" (include "microservice.name" .)) }}
{{- end }}

{{/* What finds the pods: part of immutable fields, so it never changes. */}}
{{- define "microservice.selector" -}}
app.kubernetes.io/name: {{ include "microservice.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* What finds the pod of `helm test`. */}}
{{- define "microservice.testSelector" -}}
app.kubernetes.io/name: {{ include "microservice.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* What an object belongs to. A tag may hold characters that a label value may not. */}}
{{- define "microservice.commonLabels" -}}
{{- $version := .Values.image.digest | trimPrefix "sha256:" | trunc 12 | default .Values.image.tag }}
{{- with regexReplaceAll "[^A-Za-z0-9._-]" $version "-" | trunc 63 | trimAll "-_." }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
{{- with .Values.component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .Values.application }}
app.kubernetes.io/part-of: {{ . }}
{{- end }}
{{- with .Values.team }}
flotilla.dev/team: {{ . }}
{{- end }}
{{- with .Values.environment }}
flotilla.dev/environment: {{ . }}
{{- end }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "microservice.labels" -}}
{{ include "microservice.selector" . }}
{{ include "microservice.commonLabels" . | trim }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* Labels of the pods: without the chart's version, so that a new chart restarts nothing by its name alone. */}}
{{- define "microservice.podLabels" -}}
{{ include "microservice.selector" . }}
{{ include "microservice.commonLabels" . | trim }}
{{- with .Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Name, namespace and labels of an object: (list $ "suffix of the name"). */}}
{{- define "microservice.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "microservice.name" $root }}{{ index . 1 }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "microservice.labels" $root | nindent 2 }}
{{- end }}

{{/* Checks that do not apply to this service, with the reason, in the words of each checker. */}}
{{- define "microservice.exceptions" -}}
{{- $ignored := list }}{{ $reasons := list }}{{ $skips := list -}}
{{- range $name, $exception := .Values.exceptions }}
{{- $reasons = append $reasons (printf "%s: %s" $name $exception.reason) }}
{{- with $exception.kubeScore }}{{ $ignored = append $ignored . }}{{ end }}
{{- with $exception.checkov }}{{ $skips = append $skips (printf "%s=%s" . $exception.reason) }}{{ end }}
{{- end }}
{{- with $reasons }}
flotilla.dev/exceptions: {{ join "; " . | quote }}
{{- end }}
{{- with $ignored }}
kube-score/ignore: {{ join "," . }}
{{- end }}
{{- range $index, $skip := $skips }}
checkov.io/skip{{ add1 $index }}: {{ $skip | quote }}
{{- end }}
{{- end }}
