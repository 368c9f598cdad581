{{/* How the metrics are scraped, as a monitor of either kind says it. */}}
{{- define "microservice.endpoint" -}}
port: {{ .port | quote }}
path: {{ .path | quote }}
interval: {{ .interval }}
scrapeTimeout: {{ .scrapeTimeout }}
{{- end }}
