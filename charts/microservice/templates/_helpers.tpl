{{/* Name of every object. */}}
{{- define "microservice.name" -}}
{{ .Values.fullnameOverride | default .Release.Name }}
{{- end }}

{{/* What finds the pods: part of immutable fields, so it never changes. */}}
{{- define "microservice.selector" -}}
app.kubernetes.io/name: {{ include "microservice.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. A tag may hold characters that a label value may not. */}}
{{- define "microservice.labels" -}}
{{ include "microservice.selector" . }}
app.kubernetes.io/version: {{ regexReplaceAll "[^A-Za-z0-9._-]" .Values.image.tag "-" | trunc 63 | trimAll "-_." | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A container that meets Pod Security `restricted`. */}}
{{- define "microservice.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: {{ .Values.user.uid }}
runAsGroup: {{ .Values.user.gid }}
capabilities:
  drop: [ALL]
{{- end }}

{{/* An init container that tries until a command of the shell succeeds. */}}
{{- define "microservice.wait" -}}
- name: wait-for-{{ .name }}
  image: {{ .root.Values.waitImage.repository }}:{{ .root.Values.waitImage.tag }}
  command: [sh, -c]
  args:
    - 'until {{ .until }}; do echo "waiting for $HOST:$PORT"; sleep 1; done'
  env:
    - {name: HOST, value: {{ .target.host | quote }}}
    - {name: PORT, value: {{ .target.port | quote }}}
  resources:
    requests: {cpu: 5m, memory: 8Mi}
    limits: {cpu: 50m, memory: 16Mi}
  securityContext:
    {{- include "microservice.securityContext" .root | nindent 4 }}
{{- end }}

{{/* The name of a port that the service has. */}}
{{- define "microservice.port" -}}
{{- if not (hasKey .ports .port) }}{{ fail (printf "probe asks unknown port %q" .port) }}{{ end -}}
{{ .port }}
{{- end }}

{{/* A Kubernetes probe from {http|grpc|tcp|exec, timing}; a gRPC probe takes a number, the others a port's name. */}}
{{- define "microservice.probe" -}}
{{- $ports := .ports -}}
{{- with .probe.http }}
httpGet:
  path: {{ .path }}
  port: {{ include "microservice.port" (dict "ports" $ports "port" .port) }}
{{- end }}
{{- with .probe.grpc }}
grpc:
  port: {{ (get $ports (include "microservice.port" (dict "ports" $ports "port" .port))).container }}
{{- end }}
{{- with .probe.tcp }}
tcpSocket:
  port: {{ include "microservice.port" (dict "ports" $ports "port" .port) }}
{{- end }}
{{- with .probe.exec }}
exec:
  command:
    {{- toYaml .command | nindent 4 }}
{{- end }}
{{- with omit .probe "http" "grpc" "tcp" "exec" }}
{{ toYaml . }}
{{- end }}
{{- end }}
