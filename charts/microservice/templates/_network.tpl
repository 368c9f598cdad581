{{/* The other side of a rule of the NetworkPolicy. */}}
{{- define "microservice.peer" -}}
{{- if .cidr }}
ipBlock:
  cidr: {{ .cidr | quote }}
  {{- with .except }}
  except:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- else }}
{{- if .namespace }}
namespaceSelector:
  matchLabels: {kubernetes.io/metadata.name: {{ .namespace | quote }}}
{{- else if hasKey . "namespaceLabels" }}
namespaceSelector:
  matchLabels:
    {{- toYaml .namespaceLabels | nindent 4 }}
{{- end }}
{{- if hasKey . "pods" }}
podSelector:
  matchLabels:
    {{- toYaml .pods | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}

{{/* Ports of a rule: numbers or names, with a protocol as `53/UDP`. */}}
{{- define "microservice.rulePorts" -}}
{{- range . }}
{{- $parts := splitList "/" (toString .) }}
- port: {{ if regexMatch "^[0-9]+$" (index $parts 0) }}{{ index $parts 0 }}{{ else }}{{ index $parts 0 | quote }}{{ end }}
  protocol: {{ index (append $parts "TCP") 1 }}
{{- end }}
{{- end }}

{{/* The ports of the pods, of which a rule without ports speaks. */}}
{{- define "microservice.ownPorts" -}}
{{- range $name, $port := .Values.ports }}
- port: {{ $name | quote }}
  protocol: {{ $port.protocol | default "TCP" }}
{{- end }}
{{- end }}
