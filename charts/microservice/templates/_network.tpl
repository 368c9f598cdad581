{{/* The peer of a NetworkPolicy rule. */}}
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

{{/* An egress rule. */}}
{{- define "microservice.egressRule" -}}
to:
  {{- if .anywhere }} []{{ else }}
  - {{ include "microservice.peer" . | indent 4 | trim }}
  {{- end }}
{{- with .ports }}
ports:
  {{- include "microservice.rulePorts" (list . dict) | trim | nindent 2 }}
{{- end }}
{{- end }}

{{/* Ports of a rule: (list ports own). Numbers or names; the protocol from `53/UDP`, else that of the pod's port. */}}
{{- define "microservice.rulePorts" -}}
{{- $own := index . 1 }}
{{- range index . 0 }}
{{- $parts := splitList "/" (toString .) }}
{{- $protocol := dig (index $parts 0) "protocol" "TCP" $own }}
- port: {{ if regexMatch "^[0-9]+$" (index $parts 0) }}{{ index $parts 0 }}{{ else }}{{ index $parts 0 | quote }}{{ end }}
  protocol: {{ index (append $parts $protocol) 1 }}
{{- end }}
{{- end }}

{{/* All ports of the pods: what a rule without ports allows. */}}
{{- define "microservice.ownPorts" -}}
{{- range $name, $port := include "microservice.podPorts" . | fromYaml }}
- port: {{ $name | quote }}
  protocol: {{ $port.protocol | default "TCP" }}
{{- end }}
{{- end }}
