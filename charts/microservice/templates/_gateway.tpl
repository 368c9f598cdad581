{{/* The gateway and host names of a route of either kind. */}}
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
