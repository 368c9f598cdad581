{{/* The gateway and host names of a route of either kind. */}}
{{- define "microservice.parents" -}}
parentRefs:
  - name: {{ .gateway.name | quote }}
    {{- with .gateway.namespace }}
    namespace: {{ . | quote }}
    {{- end }}
    {{- with .gateway.section }}
    sectionName: {{ . | quote }}
    {{- end }}
{{- with .hostnames }}
hostnames:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The filters of the rule of an HTTPRoute. */}}
{{- define "microservice.routeFilters" -}}
{{- $isExact := eq (.pathType | default "PathPrefix") "Exact" }}
{{- with .cors }}
- type: CORS
  cors:
    allowOrigins:
      {{- toYaml .origins | nindent 6 }}
    {{- range $field, $list := dict "allowMethods" .methods "allowHeaders" .headers "exposeHeaders" .exposeHeaders }}
    {{- with $list }}
    {{ $field }}:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- end }}
    {{- if .credentials }}
    allowCredentials: true
    {{- end }}
    {{- with .maxAgeSeconds }}
    maxAge: {{ . | int }}
    {{- end }}
{{- end }}
{{- with .rewrite }}
- type: URLRewrite
  urlRewrite:
    path: {{ ternary (dict "type" "ReplaceFullPath" "replaceFullPath" .) (dict "type" "ReplacePrefixMatch" "replacePrefixMatch" .) $isExact | toJson }}
{{- end }}
{{- with .redirect }}
- type: RequestRedirect
  requestRedirect:
    {{- with .scheme }}
    scheme: {{ . }}
    {{- end }}
    {{- with .host }}
    hostname: {{ . | quote }}
    {{- end }}
    {{- with .path }}
    path: {type: ReplaceFullPath, replaceFullPath: {{ . | quote }}}
    {{- end }}
    statusCode: {{ .statusCode | default 302 | int }}
{{- end }}
{{- end }}
