{{/* What a Job runs, by itself or made by a CronJob. */}}
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
