{{/* The volume mounts of a container, from {root, spec, main}; `writable` and `config.files` belong to the main container. */}}
{{- define "microservice.mounts" -}}
{{- if .main }}
{{- range $name, $directory := .root.Values.writable }}
- {name: write-{{ $name }}, mountPath: {{ if kindIs "string" $directory }}{{ $directory | quote }}{{ else }}{{ $directory.path | quote }}{{ end }}}
{{- end }}
{{- range $name, $file := .root.Values.config.files }}
- {name: files, mountPath: {{ $file.path | quote }}, subPath: {{ $name | quote }}, readOnly: true}
{{- end }}
{{- end }}
{{- range $name, $mount := .spec.mounts }}
{{- if kindIs "string" $mount }}
- {name: {{ $name | quote }}, mountPath: {{ $mount | quote }}}
{{- else }}
- name: {{ $mount.volume | default $name | quote }}
  mountPath: {{ $mount.path | quote }}
  {{- with $mount.subPath }}
  subPath: {{ . | quote }}
  {{- end }}
  {{- if $mount.readOnly }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The volumes of the pod, without the claims of a StatefulSet. */}}
{{- define "microservice.volumes" -}}
{{- range $name, $directory := .Values.writable }}
- name: write-{{ $name }}
  emptyDir: {{ if kindIs "map" $directory }}{{ omit $directory "path" | toJson }}{{ else }}{}{{ end }}
{{- end }}
{{- if .Values.config.files }}
- name: files
  configMap: {name: {{ include "microservice.name" . }}-files}
{{- end }}
{{- range $name, $claim := .Values.claims }}
- name: {{ $name | quote }}
  persistentVolumeClaim: {claimName: {{ printf "%s-%s" (include "microservice.name" $) $name | quote }}}
{{- end }}
{{- range $name, $volume := .Values.volumes }}
- name: {{ $name | quote }}
  {{- if hasKey $volume "emptyDir" }}
  emptyDir: {{ toJson $volume.emptyDir }}
  {{- else if $volume.pvc }}
  persistentVolumeClaim:
    claimName: {{ $volume.pvc.name | quote }}
    readOnly: {{ $volume.pvc.readOnly | default false }}
  {{- else if $volume.csi }}
  csi:
    {{- with $volume.csi }}
    driver: {{ .driver | quote }}
    readOnly: {{ .readOnly | default false }}
    {{- with .fsType }}
    fsType: {{ . | quote }}
    {{- end }}
    {{- with .attributes }}
    volumeAttributes:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .secret }}
    nodePublishSecretRef: {name: {{ . | quote }}}
    {{- end }}
    {{- end }}
  {{- else if $volume.projected }}
  projected:
    sources:
      {{- range $volume.projected }}
      - {{ include "microservice.volumeSource" (list . "name") | indent 8 | trim }}
      {{- end }}
  {{- else }}
  {{- include "microservice.volumeSource" (list $volume "secretName") | trim | nindent 2 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* The source of a volume or of a part of a projected volume: (list source, key of the Secret's name). */}}
{{- define "microservice.volumeSource" -}}
{{- $source := index . 0 }}
{{- with $source.configMap }}
configMap:
  name: {{ .name | quote }}
  {{- include "microservice.items" . | trim | nindent 2 }}
{{- end }}
{{- with $source.secret }}
secret:
  {{ index $ 1 }}: {{ .name | quote }}
  {{- include "microservice.items" . | trim | nindent 2 }}
{{- end }}
{{- with $source.downwardAPI }}
downwardAPI:
  items:
    {{- range $path, $field := . }}
    - {path: {{ $path | quote }}, fieldRef: {fieldPath: {{ $field | quote }}}}
    {{- end }}
{{- end }}
{{- with $source.serviceAccountToken }}
serviceAccountToken:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The files that the keys of a ConfigMap or Secret become. */}}
{{- define "microservice.items" -}}
{{- with .items }}
items:
  {{- range $key, $path := . }}
  - {key: {{ $key | quote }}, path: {{ $path | quote }}}
  {{- end }}
{{- end }}
{{- with .defaultMode }}
defaultMode: {{ . | int }}
{{- end }}
{{- if .optional }}
optional: true
{{- end }}
{{- end }}
