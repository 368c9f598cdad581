{{/* The ports that the Service has, as YAML by name. */}}
{{- define "microservice.servicePorts" -}}
{{- range $name, $port := .Values.ports }}
{{- if dig "expose" true $port }}
{{ $name | quote }}:
  {{- toYaml $port | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* The port of the Service by its name: (list $ name). */}}
{{- define "microservice.servicePort" -}}
{{- $port := get (index . 0).Values.ports (index . 1) | default dict -}}
{{ $port.service | default $port.container | int }}
{{- end }}

{{/* "true" where an autoscaler decides the number of pods, else nothing. */}}
{{- define "microservice.isScaled" -}}
{{- if or .Values.autoscaling.enabled .Values.keda.enabled }}true{{ end }}
{{- end }}

{{/* The fewest pods there are when all is well. */}}
{{- define "microservice.fewestPods" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas | int }}
{{- else if .Values.keda.enabled }}{{ .Values.keda.minReplicas | int }}
{{- else }}{{ .Values.replicas | int }}{{ end }}
{{- end }}
