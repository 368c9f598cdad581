{{/*
The `replicas` line. With an autoscaler it keeps the live number: without the line Kubernetes would fall back to one pod when
an autoscaler is enabled. `helm template` has no live number.
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

{{/* How fast an autoscaler may scale. */}}
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

{{/* An additional metric of the autoscaler: (list name metric). */}}
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
