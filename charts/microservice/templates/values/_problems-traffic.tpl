{{/* Traffic that would not arrive, or would arrive from everywhere. */}}
{{- define "microservice.trafficProblems" -}}
{{- $ports := include "microservice.servicePorts" . | fromYaml }}
{{- with .Values.service }}
{{- if and (eq .type "NodePort") (not .allowNodePort) }}
service.type: NodePort opens a port on every node and bypasses every ingress; use ingress, or set service.allowNodePort: true
{{- end }}
{{- if and .headless (ne .sessionAffinity "None") }}
service.sessionAffinity: a headless Service has none, because its clients choose a pod; set None
{{- end }}
{{- if and .sessionAffinitySeconds (eq .sessionAffinity "None") }}
service.sessionAffinitySeconds: there is no session affinity; set service.sessionAffinity: ClientIP
{{- end }}
{{- if and .headless (ne .type "ClusterIP") }}
service.headless: a {{ .type }} Service cannot be headless; set service.type: ClusterIP
{{- end }}
{{- end }}
{{- with .Values.service }}
{{- if ne .type "LoadBalancer" }}
{{- if or .loadBalancerClass .loadBalancerSourceRanges }}
service.type: loadBalancerClass and loadBalancerSourceRanges are for type LoadBalancer; a {{ .type }} Service takes neither; remove them
{{- end }}
{{- end }}
{{- if and .externalTrafficPolicy (eq .type "ClusterIP") }}
service.externalTrafficPolicy: a ClusterIP Service has no traffic from outside; remove it
{{- end }}
{{- end }}
{{- $ingresses := dict "ingress" .Values.ingress }}
{{- range $name, $ingress := .Values.ingresses }}{{ $_ := set $ingresses (printf "ingresses.%s" $name) $ingress }}{{ end }}
{{- range $where, $ingress := $ingresses }}
{{- if not (or $ingress.hosts (eq $where "ingress")) }}
{{ $where }}.hosts: is empty, so that nothing would be reached; add a host
{{- end }}
{{- $tls := $ingress.tls | default dict }}
{{- if and $tls.issuer $tls.clusterIssuer }}
{{ $where }}.tls: issuer and clusterIssuer would both issue the certificate; remove one
{{- end }}
{{- range $name, $host := $ingress.hosts }}
{{- include "microservice.portProblem" (list (printf "%s.hosts.%s.port" $where $name) $host.port $ports) }}
{{- end }}
{{- end }}
{{- range $name, $port := .Values.ports }}
{{- if and $port.nodePort (eq $.Values.service.type "ClusterIP") }}
ports.{{ $name }}.nodePort: a ClusterIP Service has none; remove it
{{- end }}
{{- if and $port.nodePort (not $.Values.service.allowNodePort) }}
ports.{{ $name }}.nodePort: it opens a port on every node; remove it, or set service.allowNodePort: true
{{- end }}
{{- end }}
{{- range $kind := list "httpRoutes" "grpcRoutes" }}
{{- range $name, $route := get $.Values $kind }}
{{- include "microservice.portProblem" (list (printf "%s.%s.port" $kind $name) $route.port $ports) }}
{{- if and $route.redirect $route.rewrite }}
{{ $kind }}.{{ $name }}: a redirect has no use for rewrite; remove one
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.monitor }}
{{- if .kind }}
{{- $scraped := ternary $ports (include "microservice.podPorts" $ | fromYaml) (eq .kind "ServiceMonitor") }}
{{- include "microservice.portProblem" (list "monitor.port" .port $scraped) }}
{{- if gt (include "microservice.seconds" .scrapeTimeout | float64) (include "microservice.seconds" .interval | float64) }}
monitor.scrapeTimeout: {{ .scrapeTimeout }} is more than the interval, {{ .interval }}; lower it, or raise the interval
{{- end }}
{{- end }}
{{- end }}
{{- end }}
