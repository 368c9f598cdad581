{{/* The image reference; a digest takes precedence over a tag. */}}
{{- define "microservice.image" -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag }}{{ end }}
{{- end }}

{{/* The security context of every container: Pod Security `restricted`, and a read-only root file system. */}}
{{- define "microservice.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: {{ .Values.user.uid | int64 }}
runAsGroup: {{ .Values.user.gid | int64 }}
capabilities:
  drop: [ALL]
{{- end }}

{{/* A container from {root, name, spec, main}; `spec` has the keys of the chart's own container. */}}
{{- define "microservice.container" -}}
{{- $spec := .spec -}}
name: {{ .name | quote }}
image: {{ include "microservice.image" $spec.image | quote }}
imagePullPolicy: {{ $spec.image.pullPolicy | default "IfNotPresent" }}
{{- with $spec.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $spec.args }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $spec.workingDir }}
workingDir: {{ . | quote }}
{{- end }}
{{- with include "microservice.env" ($spec.env | default dict) | trim }}
env:
  {{- . | nindent 2 }}
{{- end }}
{{- with include "microservice.envFrom" . | trim }}
envFrom:
  {{- . | nindent 2 }}
{{- end }}
{{- with $spec.ports }}
ports:
  {{- range $name, $port := . }}
  - {name: {{ $name | quote }}, containerPort: {{ $port.container | int }}, protocol: {{ $port.protocol | default "TCP" }}}
  {{- end }}
{{- end }}
{{- range $kind := list "startup" "readiness" "liveness" }}
{{- with get ($spec.probes | default dict) $kind }}
{{ $kind }}Probe:
  {{- include "microservice.probe" (dict "probe" . "ports" ($spec.ports | default dict)) | trim | nindent 2 }}
{{- end }}
{{- end }}
{{- with include "microservice.lifecycle" . | trim }}
lifecycle:
  {{- . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml $spec.resources | nindent 2 }}
securityContext:
  {{- include "microservice.securityContext" .root | nindent 2 }}
    {{- if $spec.netBindService }}
    add: [NET_BIND_SERVICE]
    {{- end }}
{{- with include "microservice.mounts" . | trim }}
volumeMounts:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Lifecycle hooks of a container. One with ports sleeps before SIGTERM, until clients no longer send it requests. */}}
{{- define "microservice.lifecycle" -}}
{{- $hooks := .spec.lifecycle | default dict -}}
{{- $preStop := $hooks.preStop | default dict -}}
{{- if $preStop.exec }}
preStop:
  exec:
    command:
      {{- toYaml $preStop.exec | nindent 6 }}
{{- else if and $preStop.sleep .spec.ports (not (has .root.Values.workload (list "Job" "CronJob"))) }}
preStop:
  sleep: {seconds: {{ $preStop.sleep | int }}}
{{- end }}
{{- with ($hooks.postStart | default dict).exec }}
postStart:
  exec:
    command:
      {{- toYaml . | nindent 6 }}
{{- end }}
{{- end }}
