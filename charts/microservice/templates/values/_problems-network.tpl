{{/* Rules without a peer or port, and policies that block traffic the service needs. */}}
{{- define "microservice.networkProblems" -}}
{{- with .Values.networkPolicy }}
{{- if .enabled }}
{{- range $way := list "ingress" "egress" }}
{{- range $name, $rule := get $.Values.networkPolicy $way }}
{{- if not (pick $rule "pods" "namespace" "namespaceLabels" "cidr" "anywhere") }}
networkPolicy.{{ $way }}.{{ $name }}: has no peer; set pods, namespace, namespaceLabels or cidr, or anywhere: true
{{- end }}
{{- if and (hasKey $rule "cidr") (pick $rule "pods" "namespace" "namespaceLabels") }}
networkPolicy.{{ $way }}.{{ $name }}: cidr selects addresses, the other keys select pods; split it into two rules
{{- end }}
{{- if and (hasKey $rule "anywhere") (pick $rule "pods" "namespace" "namespaceLabels" "cidr") }}
networkPolicy.{{ $way }}.{{ $name }}: anywhere already allows every peer; remove the other keys
{{- end }}
{{- end }}
{{- end }}
{{- $own := include "microservice.podPorts" $ | fromYaml }}
{{- $numbers := list }}
{{- range $own }}{{ $numbers = append $numbers (toString .container) }}{{ end }}
{{- range $name, $rule := .ingress }}
{{- if not (or $rule.ports $own) }}
networkPolicy.ingress.{{ $name }}: the service has no ports, and a rule without ports would allow all; set ports
{{- end }}
{{- range $rule.ports }}
{{- $port := splitList "/" (toString .) | first }}
{{- if not (or (hasKey $own $port) (has $port $numbers)) }}
networkPolicy.ingress.{{ $name }}.ports: no container listens on {{ $port }}; the containers listen on {{ concat (keys $own) $numbers | sortAlpha | join ", " | default "nothing" }}
{{- end }}
{{- end }}
{{- end }}
{{- if not (omit .egress "cluster_dns") }}
{{- range $name, $address := $.Values.waitFor }}
{{- if eq ($address.until | default "answers") "answers" }}
networkPolicy.egress: allows no traffic, and waitFor.{{ $name }} would wait for {{ $address.host }} forever; add a rule
{{- end }}
{{- end }}
{{- if $.Values.rbac }}
networkPolicy.egress: allows no traffic, and rbac is useless to pods that cannot reach the API server; add a rule
{{- end }}
{{- end }}
{{- if not .ingress }}
{{- range $key, $given := dict "ingress.hosts" $.Values.ingress.hosts "ingresses" $.Values.ingresses "httpRoutes" $.Values.httpRoutes "grpcRoutes" $.Values.grpcRoutes "monitor.kind" $.Values.monitor.kind }}
{{- if $given }}
networkPolicy.ingress: allows no traffic, but {{ $key }} needs it; add a rule
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
