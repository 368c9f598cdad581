{{/* What the routes of every kind say of their gateway. */}}
{{- define "microservice.parents" -}}
parentRefs:
  - name: {{ .gateway.name | quote }}
    {{- with .gateway.namespace }}
    namespace: {{ . | quote }}
    {{- end }}
    {{- with .gateway.section }}
    sectionName: {{ . | quote }}
    {{- end }}
{{- with .hostnames }}
hostnames:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
