{{/* What nobody could reach, or everybody. */}}
{{- define "microservice.trafficProblems" -}}
{{- $ports := include "microservice.servicePorts" . | fromYaml }}
{{- with .Values.service }}
{{- if and (eq .type "NodePort") (not .allowNodePort) }}
service.type: NodePort opens a port on every node, past ingress and policies; use ingress or LoadBalancer, or set service.allowNodePort: true
{{- end }}
{{- if and .headless (ne .sessionAffinity "None") }}
service.sessionAffinity: a headless Service has none, its clients choose a pod; set None
{{- end }}
{{- if and .headless (ne .type "ClusterIP") }}
service.headless: a {{ .type }} Service cannot be headless; set service.type: ClusterIP
{{- end }}
{{- end }}
{{- range $name, $port := .Values.ports }}
{{- if and $port.nodePort (not $.Values.service.allowNodePort) }}
ports.{{ $name }}.nodePort: it opens a port on every node; leave it out, or set service.allowNodePort: true
{{- end }}
{{- end }}
{{- range $name, $host := .Values.ingress.hosts }}
{{- include "microservice.portProblem" (list (printf "ingress.hosts.%s.port" $name) $host.port $ports) }}
{{- end }}
{{- range $kind := list "httpRoutes" "grpcRoutes" }}
{{- range $name, $route := get $.Values $kind }}
{{- include "microservice.portProblem" (list (printf "%s.%s.port" $kind $name) $route.port $ports) }}
{{- end }}
{{- end }}
{{- with .Values.monitor }}
{{- if .kind }}
{{- include "microservice.portProblem" (list "monitor.port" .port (ternary $ports $.Values.ports (eq .kind "ServiceMonitor"))) }}
{{- end }}
{{- end }}
{{- end }}
