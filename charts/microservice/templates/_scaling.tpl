{{/*
The line with the number of pods. Where an autoscaler decides it, the line keeps the number that is live: Helm would take it
out when an autoscaler comes, and Kubernetes then falls back to one pod. There is none to keep in a mere rendering.
*/}}
{{- define "microservice.replicas" -}}
{{- if not (include "microservice.isScaled" .) -}}
replicas: {{ .Values.replicas | int }}
{{- else }}
{{- with (lookup "apps/v1" .Values.workload .Release.Namespace (include "microservice.name" .)).spec -}}
replicas: {{ .replicas | int }}
{{- end }}
{{- end }}
{{- end }}

{{/* How fast an autoscaler may move. */}}
{{- define "microservice.scalingBehavior" -}}
{{- range $way, $rule := .Values.autoscaling.behavior }}
{{ $way }}:
  stabilizationWindowSeconds: {{ $rule.stabilizationWindowSeconds | int }}
  policies:
    - type: Percent
      value: {{ $rule.percent | int }}
      periodSeconds: {{ $rule.periodSeconds | int }}
    {{- with $rule.pods | int }}
    - type: Pods
      value: {{ . }}
      periodSeconds: {{ $rule.periodSeconds | int }}
    {{- end }}
{{- end }}
{{- end }}

{{/* A metric of the application: (list name metric). */}}
{{- define "microservice.metric" -}}
{{- $name := index . 0 }}{{ $metric := index . 1 -}}
type: {{ $metric.type }}
{{ lower $metric.type }}:
  {{- with $metric.object }}
  describedObject:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  metric:
    name: {{ $name | quote }}
    {{- with $metric.labels }}
    selector:
      matchLabels:
        {{- toYaml . | nindent 8 }}
    {{- end }}
  target:
    {{- if $metric.value }}
    type: Value
    value: {{ $metric.value | quote }}
    {{- else }}
    type: AverageValue
    averageValue: {{ $metric.averageValue | quote }}
    {{- end }}
{{- end }}
