{{/* A quantity such as 500m or 1.5Gi as a number. */}}
{{- define "microservice.amount" -}}
{{- $units := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{ mulf (trimSuffix $unit .) (get $units $unit) | printf "%f" }}
{{- end }}
