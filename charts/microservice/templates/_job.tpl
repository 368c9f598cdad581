{{/* The spec of a Job, or of the Jobs of a CronJob. */}}
{{- define "microservice.jobSpec" -}}
{{- with .Values.job -}}
backoffLimit: {{ .backoffLimit | int }}
activeDeadlineSeconds: {{ .activeDeadlineSeconds | int }}
completions: {{ .completions | int }}
parallelism: {{ .parallelism | int }}
{{- end }}
template:
  {{- include "microservice.podTemplate" . | nindent 2 }}
{{- end }}
