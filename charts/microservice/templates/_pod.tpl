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
  serviceAccountName: {{ include "microservice.serviceAccountName" . }}
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
    - {name: {{ . }}}
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "microservice.podSecurityContext" . | nindent 4 }}
  {{- include "microservice.scheduling" . | trim | nindent 2 }}
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

{{/* Checksums roll the pods when what they read at start has changed, and only then. */}}
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

{{/* Native sidecars first, so that what waits may go through them; then what waits, then the init containers in order. */}}
{{- define "microservice.initContainers" -}}
{{- range $name, $sidecar := .Values.sidecars }}
{{- if dig "native" true $sidecar }}
- {{ include "microservice.container" (dict "root" $ "name" $name "spec" $sidecar) | indent 2 | trim }}
  restartPolicy: Always
{{- end }}
{{- end }}
{{- range $name, $address := .Values.waitFor }}
- {{ include "microservice.container" (dict "root" $ "name" (printf "wait-for-%s" $name) "spec" (include "microservice.waiting" (list $ $address) | fromYaml)) | indent 2 | trim }}
{{- end }}
{{- $ordered := dict }}
{{- range $name, $container := .Values.initContainers }}
{{- /* Sorted as text: an order may be negative. */}}
{{- $_ := set $ordered (printf "%012d %s" (add 100000000 ($container.order | default 0)) $name) (list $name $container) }}
{{- end }}
{{- range $ordered }}
- {{ include "microservice.container" (dict "root" $ "name" (index . 0) "spec" (index . 1)) | indent 2 | trim }}
{{- end }}
{{- end }}

{{/* A container that tries an address until it answers, or until its name is known: (list $ address). */}}
{{- define "microservice.waiting" -}}
{{- $address := index . 1 -}}
{{- /* Refused or not: an answer of any kind says that the name is known. */}}
{{- $until := ternary "! nc -z -w 2 \"$HOST\" \"$PORT\" 2>&1 | grep -q \"bad address\"" "nc -z -w 2 \"$HOST\" \"$PORT\"" (eq ($address.until | default "answers") "resolves") -}}
image:
  {{- toYaml (index . 0).Values.waitImage | nindent 2 }}
command: [sh, -c]
args:
  - 'until {{ $until }}; do echo "waiting for $HOST:$PORT"; sleep 1; done'
env:
  HOST: {{ $address.host | quote }}
  PORT: {{ $address.port | int | toString | quote }}
resources:
  requests: {cpu: 5m, memory: 8Mi, ephemeral-storage: 1Mi}
  limits: {cpu: 50m, memory: 16Mi, ephemeral-storage: 16Mi}
{{- end }}
