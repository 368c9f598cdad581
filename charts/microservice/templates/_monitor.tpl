{{/* How the metrics are scraped, as a monitor of either kind says it. */}}
{{- define "microservice.endpoint" -}}
port: {{ .port }}
path: {{ .path }}
interval: {{ .interval }}
scrapeTimeout: {{ .scrapeTimeout }}
{{- end }}

{{/* Metadata of what Prometheus selects by labels. */}}
{{- define "microservice.monitorMetadata" -}}
{{ include "microservice.metadata" (list . "") }}
{{- with .Values.monitor.labels }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end }}
