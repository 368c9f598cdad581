{{/* "true" if the Ingress serves HTTPS, else empty. */}}
{{- define "microservice.hasTls" -}}
{{- with .Values.ingress.tls }}{{ if or .enabled .secret .issuer .clusterIssuer }}true{{ end }}{{ end }}
{{- end }}

{{/* Annotations of the Ingress: cert-manager, ingress-nginx limits, and ingress.annotations, which take precedence. */}}
{{- define "microservice.ingressAnnotations" -}}
{{- $annotations := dict }}
{{- with .Values.ingress.tls.issuer }}{{ $_ := set $annotations "cert-manager.io/issuer" . }}{{ end }}
{{- with .Values.ingress.tls.clusterIssuer }}{{ $_ := set $annotations "cert-manager.io/cluster-issuer" . }}{{ end }}
{{- $limits := dict "requestsPerSecond" "limit-rps" "requestsPerMinute" "limit-rpm" "burstMultiplier" "limit-burst-multiplier" "connections" "limit-connections" }}
{{- range $key, $limit := .Values.ingress.rateLimit }}
{{- if $limit }}{{ $_ := set $annotations (printf "nginx.ingress.kubernetes.io/%s" (get $limits $key)) ($limit | int | toString) }}{{ end }}
{{- end }}
{{- with merge (deepCopy .Values.ingress.annotations) $annotations }}{{ toYaml . }}{{ end }}
{{- end }}
