{{/* Environment variables from a map. Kubernetes fills in $(NAME) from variables before it only: those that ask come last, by name. */}}
{{- define "microservice.env" -}}
{{- $plain := dict }}{{ $asking := dict }}
{{- range $name, $value := . }}
{{- $_ := set (ternary $asking $plain (and (kindIs "string" $value) (contains "$(" (toString $value)))) $name $value }}
{{- end }}
{{- range list $plain $asking }}
{{- range $name, $value := . }}
- name: {{ $name | quote }}
  {{- if kindIs "string" $value }}
  value: {{ $value | quote }}
  {{- else }}
  valueFrom:
    {{- include "microservice.valueFrom" $value | trim | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where a variable's value comes from. */}}
{{- define "microservice.valueFrom" -}}
{{- if .secret }}
secretKeyRef: {name: {{ .secret | quote }}, key: {{ .key | quote }}{{ if .optional }}, optional: true{{ end }}}
{{- else if .configMap }}
configMapKeyRef: {name: {{ .configMap | quote }}, key: {{ .key | quote }}{{ if .optional }}, optional: true{{ end }}}
{{- else if .field }}
fieldRef: {fieldPath: {{ .field | quote }}}
{{- else }}
resourceFieldRef: {resource: {{ .resource }}{{ with .divisor }}, divisor: {{ . | quote }}{{ end }}}
{{- end }}
{{- end }}

{{/* Whole objects as variables, from {root, spec, main}; the chart's own ConfigMap first, so that others win. */}}
{{- define "microservice.envFrom" -}}
{{- if and .main .root.Values.config.env }}
- configMapRef: {name: {{ include "microservice.name" .root }}-env}
{{- end }}
{{- range $name, $source := .spec.envFrom }}
- {{ ternary "secretRef" "configMapRef" (hasKey $source "secret") }}:
    name: {{ $source.secret | default $source.configMap | quote }}
    {{- if $source.optional }}
    optional: true
    {{- end }}
  {{- with $source.prefix }}
  prefix: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end }}
