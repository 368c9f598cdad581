{{/* Refuses values that the schema cannot: what a null has taken away, and of things that must differ, two that are the same. */}}
{{- define "store.problems" -}}
{{- if not (.Values.storage | default dict).size }}
{{- fail "storage.size: it is missing" }}
{{- end }}
{{- $paths := append (values (.Values.writable | default dict)) .Values.dataPath }}
{{- if ne (len $paths) (len (uniq $paths)) }}
{{- fail "writable, dataPath: a path is there twice" }}
{{- end }}
{{- $extra := .Values.extraPorts | default dict }}
{{- $ports := append (values $extra) .Values.port | toStrings }}
{{- if or (ne (len $ports) (len (uniq $ports))) (hasKey $extra .Values.portName) }}
{{- fail "port, extraPorts: a port is there twice" }}
{{- end }}
{{- end }}
