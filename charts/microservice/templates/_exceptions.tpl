{{/* Annotations that skip checks, with the reason, in the format of each checker. */}}
{{- define "microservice.exceptions" -}}
{{- $ignored := list }}{{ $reasons := list }}{{ $skips := list -}}
{{- range $name, $exception := .Values.exceptions }}
{{- $reasons = append $reasons (printf "%s: %s" $name $exception.reason) }}
{{- with $exception.kubeScore }}{{ $ignored = append $ignored . }}{{ end }}
{{- with $exception.checkov }}{{ $skips = append $skips (printf "%s=%s" . $exception.reason) }}{{ end }}
{{- end }}
{{- with $reasons }}
flotilla.dev/exceptions: {{ join "; " . | quote }}
{{- end }}
{{- with $ignored }}
kube-score/ignore: {{ join "," . | quote }}
{{- end }}
{{- range $index, $skip := $skips }}
checkov.io/skip{{ add1 $index }}: {{ $skip | quote }}
{{- end }}
{{- end }}
