{{/* Refuses values that the schema cannot: keys removed by null, and duplicates. */}}
{{- define "store.problems" -}}
{{- if not (.Values.storage | default dict).size }}
{{- fail "storage.size: is missing; set a size such as 8Gi" }}
{{- end }}
{{- $paths := append (values (.Values.writable | default dict)) .Values.dataPath }}
{{- if ne (len $paths) (len (uniq $paths)) }}
{{- fail "writable, dataPath: a path is used twice; change one" }}
{{- end }}
{{- $extra := .Values.extraPorts | default dict }}
{{- $ports := append (values $extra) .Values.port | toStrings }}
{{- if or (ne (len $ports) (len (uniq $ports))) (hasKey $extra .Values.portName) }}
{{- fail "port, extraPorts: a name or number is used twice; change one" }}
{{- end }}
{{- end }}
