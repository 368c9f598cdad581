{{/* A duration such as 1m30s in seconds. */}}
{{- define "microservice.seconds" -}}
{{- $units := dict "ms" 0.001 "s" 1 "m" 60 "h" 3600 }}{{ $seconds := 0.0 }}
{{- range regexFindAll "[0-9]+(ms|s|m|h)" . -1 }}
{{- $unit := regexFind "[a-z]+$" . }}
{{- $seconds = addf $seconds (mulf (trimSuffix $unit .) (get $units $unit)) }}
{{- end -}}
{{ $seconds }}
{{- end }}

{{/* A quantity such as 500m or 1.5Gi as a number. */}}
{{- define "microservice.amount" -}}
{{- $units := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{ mulf (trimSuffix $unit .) (get $units $unit) | printf "%f" }}
{{- end }}
