{{/* Scheduling of the pods. Independent of their number: scaling must not restart them. */}}
{{- define "microservice.scheduling" -}}
{{- $spreads := not (has .Values.workload (list "DaemonSet" "Job" "CronJob")) }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- range . }}
  - {{ toYaml . | indent 4 | trim }}
  {{- end }}
{{- end }}
{{- $apart := and $spreads (ne .Values.antiAffinity "none") }}
{{- if or $apart .Values.nodeAffinity .Values.podAffinity }}
affinity:
  {{- with .Values.nodeAffinity }}
  nodeAffinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.podAffinity }}
  podAffinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $apart }}
  podAntiAffinity:
    {{- include "microservice.apart" . | trim | nindent 4 }}
  {{- end }}
{{- end }}
{{- if and $spreads .Values.topologySpread }}
topologySpreadConstraints:
  {{- range .Values.topologySpread }}
  - topologyKey: {{ .topologyKey | quote }}
    maxSkew: {{ .maxSkew | int }}
    whenUnsatisfiable: {{ .whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "microservice.selector" $ | nindent 8 }}
    {{- if eq $.Values.workload "Deployment" }}
    # The pods of one revision: else those of the last one count while they are being replaced.
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Keeps pods on different nodes. */}}
{{- define "microservice.apart" -}}
{{- if eq .Values.antiAffinity "required" }}
requiredDuringSchedulingIgnoredDuringExecution:
  - topologyKey: kubernetes.io/hostname
    labelSelector:
      matchLabels:
        {{- include "microservice.selector" . | nindent 8 }}
{{- else }}
preferredDuringSchedulingIgnoredDuringExecution:
  - weight: 100
    podAffinityTerm:
      topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          {{- include "microservice.selector" . | nindent 10 }}
{{- end }}
{{- end }}
