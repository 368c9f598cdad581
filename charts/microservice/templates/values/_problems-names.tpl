{{/* Duplicate names and numbers. */}}
{{- define "microservice.duplicates" -}}
{{- $ports := list }}{{ $listening := list }}
{{- range $name, $port := include "microservice.servicePorts" . | fromYaml }}
{{- $ports = append $ports (printf "%s/%s" (include "microservice.servicePort" (list $ $name)) ($port.protocol | default "TCP")) }}
{{- end }}
{{- range .Values.ports }}{{ $listening = append $listening (printf "%d/%s" (int .container) (.protocol | default "TCP")) }}{{ end }}
{{- $containers := list (include "microservice.name" .) | concat (keys .Values.sidecars) (keys .Values.initContainers) }}
{{- if .Values.waitFor }}{{ $containers = append $containers "wait-for-dependencies" }}{{ end }}
{{- $volumes := concat (keys .Values.volumes) (keys .Values.claims) (keys .Values.statefulSet.claims) }}
{{- range $name, $directory := .Values.writable }}{{ $volumes = append $volumes (printf "write-%s" $name) }}{{ end }}
{{- if .Values.config.files }}{{ $volumes = append $volumes "files" }}{{ end }}
{{- $spreads := list }}
{{- range .Values.topologySpread }}{{ $spreads = append $spreads (printf "%s, %s" .topologyKey .whenUnsatisfiable) }}{{ end }}
{{- $lists := dict "ports of the Service" $ports "ports of the container" $listening "container names" $containers "volumes (including writable and config.files)" $volumes "topologySpread" $spreads }}
{{- range $what, $list := $lists }}
{{- $seen := list }}
{{- range $list }}
{{- if has . $seen }}
{{ $what }}: {{ . }} is used twice; change one
{{- end }}
{{- $seen = append $seen . }}
{{- end }}
{{- end }}
{{- end }}
