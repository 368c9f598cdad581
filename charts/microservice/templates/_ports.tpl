{{/* The ports that the Service has, as YAML by name. */}}
{{- define "microservice.servicePorts" -}}
{{- range $name, $port := .Values.ports }}
{{- if dig "expose" true $port }}
{{ $name | quote }}:
  {{- toYaml $port | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* The ports of all containers of the pod, as YAML by name: what policies and a PodMonitor speak of. */}}
{{- define "microservice.podPorts" -}}
{{- $ports := deepCopy .Values.ports }}
{{- range .Values.sidecars }}{{ $ports = merge $ports (.ports | default dict) }}{{ end }}
{{- toYaml $ports }}
{{- end }}

{{/* The ports of the Service that `helm test` can ask, as YAML by name. */}}
{{- define "microservice.testedPorts" -}}
{{- range $name, $port := include "microservice.servicePorts" . | fromYaml }}
{{- if eq ($port.protocol | default "TCP") "TCP" }}
{{ $name | quote }}: {}
{{- end }}
{{- end }}
{{- end }}

{{/* The port of the Service by its name: (list $ name). Nothing maps the ports of a headless one. */}}
{{- define "microservice.servicePort" -}}
{{- $values := (index . 0).Values }}
{{- $port := get $values.ports (index . 1) | default dict -}}
{{ ternary $port.container ($port.service | default $port.container) $values.service.headless | int }}
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
