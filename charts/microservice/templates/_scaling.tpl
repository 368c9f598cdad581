{{/* How fast an autoscaler may move. */}}
{{- define "microservice.scalingBehavior" -}}
{{- range $way, $rule := .Values.autoscaling.behavior }}
{{ $way }}:
  stabilizationWindowSeconds: {{ $rule.stabilizationWindowSeconds | int }}
  policies:
    - type: Percent
      value: {{ $rule.percent | int }}
      periodSeconds: {{ $rule.periodSeconds | int }}
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
