{{/* A container that connects to a port of the Service: (list $ name). It uses HTTP if the readiness probe does so on that port. */}}
{{- define "microservice.testing" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}
{{- $http := $root.Values.probes.readiness.http | default dict }}
{{- $host := include "microservice.name" $root }}{{ $port := include "microservice.servicePort" . -}}
image:
  {{- toYaml $root.Values.waitImage | nindent 2 }}
{{- if eq ($http.port | default "") $name }}
command: [wget, -q, -T, "10", -O, /dev/null]
args:
  {{- range $header, $value := $http.headers }}
  - {{ printf "--header=%s: %s" $header $value | quote }}
  {{- end }}
  - {{ printf "%s://%s:%s%s" ($http.scheme | default "HTTP" | lower) $host $port $http.path | quote }}
{{- else }}
command: [nc, -z, -w, "10"]
args: [{{ $host | quote }}, {{ $port | quote }}]
{{- end }}
resources:
  requests: {cpu: 5m, memory: 8Mi, ephemeral-storage: 1Mi}
  limits: {cpu: 50m, memory: 16Mi, ephemeral-storage: 16Mi}
{{- end }}
