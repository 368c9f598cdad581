{{/* Native sidecars first, because waiting may need them (a proxy); then the containers that wait, then the init containers in order. */}}
{{- define "microservice.initContainers" -}}
{{- range $name, $sidecar := .Values.sidecars }}
{{- if dig "native" true $sidecar }}
- {{ include "microservice.container" (dict "root" $ "name" $name "spec" $sidecar) | indent 2 | trim }}
  restartPolicy: Always
{{- end }}
{{- end }}
{{- if .Values.waitFor }}
- {{ include "microservice.container" (dict "root" $ "name" "wait-for-dependencies" "spec" (include "microservice.waiting" . | fromYaml)) | indent 2 | trim }}
{{- end }}
{{- $ordered := dict }}
{{- range $name, $container := .Values.initContainers }}
{{- /* Keys sort as text; the offset keeps negative orders first. */}}
{{- $_ := set $ordered (printf "%012d %s" (add 100000000 ($container.order | default 0)) $name) (list $name $container) }}
{{- end }}
{{- range $ordered }}
- {{ include "microservice.container" (dict "root" $ "name" (index . 0) "spec" (index . 1)) | indent 2 | trim }}
{{- end }}
{{- end }}

{{/* The container that waits until all addresses accept connections or resolve. */}}
{{- define "microservice.waiting" -}}
{{- $entries := list -}}
{{- range $name, $address := .Values.waitFor }}
{{- $limit := ternary (printf "|%d" (int $address.seconds)) "" (hasKey $address "seconds") }}
{{- $entries = append $entries (printf "%s|%s|%s|%d%s" $name ($address.until | default "answers") $address.host (int $address.port) $limit) }}
{{- end -}}
image:
  {{- toYaml .Values.waitImage | nindent 2 }}
command: [sh, -c]
args:
  - {{ .Files.Get "files/wait.sh" | toJson }}
env:
  WAIT_FOR: {{ join " " $entries | quote }}
resources:
  requests: {cpu: 5m, memory: 8Mi, ephemeral-storage: 1Mi}
  limits: {cpu: 50m, memory: 32Mi, ephemeral-storage: 16Mi}
{{- end }}
