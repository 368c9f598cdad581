{{/* What the routes of every kind say of their gateway. */}}
{{- define "microservice.parents" -}}
parentRefs:
  - name: {{ .gateway.name }}
    {{- with .gateway.namespace }}
    namespace: {{ . }}
    {{- end }}
    {{- with .gateway.section }}
    sectionName: {{ . }}
    {{- end }}
{{- with .hostnames }}
hostnames:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
