{{/* The ports of the Service, as YAML by name. */}}
{{- define "microservice.servicePorts" -}}
{{- range $name, $port := .Values.ports }}
{{- if dig "expose" true $port }}
{{ $name | quote }}:
  {{- toYaml $port | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* The ports of all containers of the pod, as YAML by name: for policies and the PodMonitor. */}}
{{- define "microservice.podPorts" -}}
{{- $ports := deepCopy .Values.ports }}
{{- range .Values.sidecars }}{{ $ports = merge $ports (.ports | default dict) }}{{ end }}
{{- toYaml $ports }}
{{- end }}

{{/* The ports of the Service that `helm test` can connect to, as YAML by name. */}}
{{- define "microservice.testedPorts" -}}
{{- range $name, $port := include "microservice.servicePorts" . | fromYaml }}
{{- if eq ($port.protocol | default "TCP") "TCP" }}
{{ $name | quote }}: {}
{{- end }}
{{- end }}
{{- end }}

{{/* The number of a Service port: (list $ name). A headless Service maps no ports. */}}
{{- define "microservice.servicePort" -}}
{{- $values := (index . 0).Values }}
{{- $port := get $values.ports (index . 1) | default dict -}}
{{ ternary $port.container ($port.service | default $port.container) $values.service.headless | int }}
{{- end }}

{{/* "true" if an autoscaler sets the number of pods, else empty. */}}
{{- define "microservice.isScaled" -}}
{{- if or .Values.autoscaling.enabled .Values.keda.enabled }}true{{ end }}
{{- end }}

{{/* The smallest number of pods in normal operation. */}}
{{- define "microservice.fewestPods" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas | int }}
{{- else if .Values.keda.enabled }}{{ .Values.keda.minReplicas | int }}
{{- else }}{{ .Values.replicas | int }}{{ end }}
{{- end }}
