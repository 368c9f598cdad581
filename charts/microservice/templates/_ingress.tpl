{{/* An Ingress: (list $ "suffix of the name" ingress). */}}
{{- define "microservice.ingress" -}}
{{- $root := index . 0 }}{{ $ingress := index . 2 -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "microservice.metadata" (list $root (index . 1) dict) | nindent 2 }}
  {{- with include "microservice.ingressAnnotations" $ingress | trim }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . | quote }}
  {{- end }}
  {{- if include "microservice.hasTls" $ingress }}
  tls:
    - secretName: {{ $ingress.tls.secret | default (printf "%s%s-tls" (include "microservice.name" $root) (index . 1)) | quote }}
      hosts:
        {{- $hosts := list }}
        {{- range $ingress.hosts }}{{ $hosts = append $hosts .host }}{{ end }}
        {{- $hosts | uniq | sortAlpha | toYaml | nindent 8 }}
  {{- end }}
  rules:
    {{- range $ingress.hosts }}
    - host: {{ .host | quote }}
      http:
        paths:
          - path: {{ .path | default "/" | quote }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                name: {{ include "microservice.name" $root | quote }}
                port: {name: {{ .port | quote }}}
    {{- end }}
{{- end }}

{{/* "true" if an Ingress serves HTTPS, else empty. */}}
{{- define "microservice.hasTls" -}}
{{- with .tls }}{{ if or .enabled .secret .issuer .clusterIssuer }}true{{ end }}{{ end }}
{{- end }}

{{/* Annotations of an Ingress: cert-manager, ingress-nginx limits, and its own annotations, which take precedence. */}}
{{- define "microservice.ingressAnnotations" -}}
{{- $annotations := dict }}
{{- $tls := .tls | default dict }}
{{- with $tls.issuer }}{{ $_ := set $annotations "cert-manager.io/issuer" . }}{{ end }}
{{- with $tls.clusterIssuer }}{{ $_ := set $annotations "cert-manager.io/cluster-issuer" . }}{{ end }}
{{- $limits := dict "requestsPerSecond" "limit-rps" "requestsPerMinute" "limit-rpm" "burstMultiplier" "limit-burst-multiplier" "connections" "limit-connections" }}
{{- range $key, $limit := .rateLimit }}
{{- if $limit }}{{ $_ := set $annotations (printf "nginx.ingress.kubernetes.io/%s" (get $limits $key)) ($limit | int | toString) }}{{ end }}
{{- end }}
{{- with merge (deepCopy (.annotations | default dict)) $annotations }}{{ toYaml . }}{{ end }}
{{- end }}
