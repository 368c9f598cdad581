{{/* The pod template of every kind of workload. */}}
{{- define "microservice.podTemplate" -}}
metadata:
  labels:
    {{- include "microservice.podLabels" . | nindent 4 }}
  {{- with include "microservice.podAnnotations" . | trim }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "microservice.serviceAccountName" . | quote }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automountToken }}
  # Kubernetes' own variables (CART_PORT=tcp://...) would collide with those a program reads.
  enableServiceLinks: false
  {{- if eq .Values.workload "Job" "CronJob" }}
  restartPolicy: {{ .Values.job.restartPolicy }}
  {{- end }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds | int }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - {name: {{ . | quote }}}
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "microservice.podSecurityContext" . | nindent 4 }}
  {{- include "microservice.scheduling" . | trim | nindent 2 }}
  {{- with include "microservice.names" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with include "microservice.initContainers" . | trim }}
  initContainers:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    - {{ include "microservice.container" (dict "root" . "name" (include "microservice.name" .) "spec" .Values "main" true) | indent 6 | trim }}
    {{- range $name, $sidecar := .Values.sidecars }}
    {{- if not (dig "native" true $sidecar) }}
    - {{ include "microservice.container" (dict "root" $ "name" $name "spec" $sidecar) | indent 6 | trim }}
    {{- end }}
    {{- end }}
  {{- with include "microservice.volumes" . | trim }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Checksums restart the pods when configuration that they read at start has changed, and only then. */}}
{{- define "microservice.podAnnotations" -}}
{{- if or .Values.config.env .Values.config.files }}
checksum/config: {{ toJson .Values.config | sha256sum }}
{{- end }}
{{- with .Values.secretChecksum }}
checksum/secrets: {{ . | quote }}
{{- end }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The security context of the pod. */}}
{{- define "microservice.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ .Values.user.uid | int64 }}
runAsGroup: {{ .Values.user.gid | int64 }}
fsGroup: {{ .Values.user.gid | int64 }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- with .Values.sysctls }}
sysctls:
  {{- range $name, $value := . }}
  - {name: {{ $name | quote }}, value: {{ $value | quote }}}
  {{- end }}
{{- end }}
{{- end }}

{{/* How the pods resolve host names. */}}
{{- define "microservice.names" -}}
{{- with .Values.hostAliases }}
hostAliases:
  {{- range $host, $ip := . }}
  - {ip: {{ $ip | quote }}, hostnames: [{{ $host | quote }}]}
  {{- end }}
{{- end }}
{{- with .Values.dns }}
{{- if ne .policy "ClusterFirst" }}
dnsPolicy: {{ .policy | quote }}
{{- end }}
{{- if or .nameservers .searches .options }}
dnsConfig:
  {{- with .nameservers }}
  nameservers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .searches }}
  searches:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .options }}
  options:
    {{- range $name, $value := . }}
    - {name: {{ $name | quote }}{{ with $value }}, value: {{ . | quote }}{{ end }}}
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
