{{/* The scrape endpoint of a ServiceMonitor or PodMonitor. */}}
{{- define "microservice.endpoint" -}}
port: {{ .port | quote }}
path: {{ .path | quote }}
interval: {{ .interval }}
scrapeTimeout: {{ .scrapeTimeout }}
{{- end }}
