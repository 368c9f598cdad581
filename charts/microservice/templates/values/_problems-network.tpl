{{/* Rules that name nobody or nothing, and a policy that shuts in what has to get out. */}}
{{- define "microservice.networkProblems" -}}
{{- with .Values.networkPolicy }}
{{- if .enabled }}
{{- range $way := list "ingress" "egress" }}
{{- range $name, $rule := get $.Values.networkPolicy $way }}
{{- if not (pick $rule "pods" "namespace" "namespaceLabels" "cidr" "anywhere") }}
networkPolicy.{{ $way }}.{{ $name }}: nobody is named; give pods, namespace, namespaceLabels or cidr, or anywhere: true
{{- end }}
{{- if and (hasKey $rule "cidr") (pick $rule "pods" "namespace" "namespaceLabels") }}
networkPolicy.{{ $way }}.{{ $name }}: cidr names addresses, the rest names pods; make two rules of it
{{- end }}
{{- if and (hasKey $rule "anywhere") (pick $rule "pods" "namespace" "namespaceLabels" "cidr") }}
networkPolicy.{{ $way }}.{{ $name }}: anywhere is everybody; leave out the rest
{{- end }}
{{- end }}
{{- end }}
{{- $own := include "microservice.podPorts" $ | fromYaml }}
{{- $numbers := list }}
{{- range $own }}{{ $numbers = append $numbers (toString .container) }}{{ end }}
{{- range $name, $rule := .ingress }}
{{- if not (or $rule.ports $own) }}
networkPolicy.ingress.{{ $name }}: there is no port to let in to, and no ports in the rule means all; name them
{{- end }}
{{- range $rule.ports }}
{{- $port := splitList "/" (toString .) | first }}
{{- if not (or (hasKey $own $port) (has $port $numbers)) }}
networkPolicy.ingress.{{ $name }}.ports: no container listens on {{ $port }}; they listen on {{ concat (keys $own) $numbers | sortAlpha | join ", " | default "nothing" }}
{{- end }}
{{- end }}
{{- end }}
{{- if not (omit .egress "cluster_dns") }}
{{- range $name, $address := $.Values.waitFor }}
{{- if eq ($address.until | default "answers") "answers" }}
networkPolicy.egress: it lets nothing out, and waitFor.{{ $name }} would wait for {{ $address.host }} forever; add a rule
{{- end }}
{{- end }}
{{- if $.Values.rbac }}
networkPolicy.egress: it lets nothing out, and rbac is of no use to pods that cannot reach the API server; add a rule
{{- end }}
{{- end }}
{{- if not .ingress }}
{{- range $key, $given := dict "ingress.hosts" $.Values.ingress.hosts "httpRoutes" $.Values.httpRoutes "grpcRoutes" $.Values.grpcRoutes "monitor.kind" $.Values.monitor.kind }}
{{- if $given }}
networkPolicy.ingress: it lets nobody in, and {{ $key }} needs somebody let in; add a rule
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
