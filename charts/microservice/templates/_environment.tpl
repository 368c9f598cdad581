{{/* Environment variables from a map. Kubernetes expands $(NAME) only from earlier variables: those with references come last. */}}
{{- define "microservice.env" -}}
{{- $order := include "microservice.envOrder" . | fromJson }}
{{- $values := . }}
{{- range $name := concat $order.plain $order.asking $order.cycle }}
{{- $value := get $values $name }}
- name: {{ $name | quote }}
  {{- if kindIs "string" $value }}
  value: {{ $value | quote }}
  {{- else }}
  valueFrom:
    {{- include "microservice.valueFrom" $value | trim | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Names of variables as JSON: `plain` have no reference, `asking` are in the order of their references, `cycle` refer to each other. */}}
{{- define "microservice.envOrder" -}}
{{- $plain := list }}{{ $left := dict }}
{{- range $name, $value := . }}
{{- if and (kindIs "string" $value) (contains "$(" (toString $value)) }}{{ $_ := set $left $name $value }}{{ else }}{{ $plain = append $plain $name }}{{ end }}
{{- end }}
{{- $asking := list }}
{{- range until (len $left) }}
{{- $ready := list }}
{{- range $name, $value := $left }}
{{- $waits := false }}
{{- range $other, $_ := $left }}
{{- /* `$$(NAME)` is an escape, not a reference. */}}
{{- if regexMatch (printf "(^|[^$])([$][$])*[$][(]%s[)]" (regexQuoteMeta $other)) $value }}{{ $waits = true }}{{ end }}
{{- end }}
{{- if not $waits }}{{ $ready = append $ready $name }}{{ end }}
{{- end }}
{{- range $ready }}{{ $_ := unset $left . }}{{ end }}
{{- $asking = concat $asking $ready }}
{{- end }}
{{- dict "plain" $plain "asking" $asking "cycle" (keys $left | sortAlpha) | toJson }}
{{- end }}

{{/* The source of a variable's value. */}}
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

{{/* Sources of variables, from {root, spec, main}; the chart's own ConfigMap comes first, so that others override it. */}}
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
