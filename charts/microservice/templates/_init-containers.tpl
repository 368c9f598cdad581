{{/* Native sidecars first, because waiting may need them (a proxy); then the containers that wait, then the init containers in order. */}}
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
{{- /* Keys sort as text; the offset keeps negative orders first. */}}
{{- $_ := set $ordered (printf "%012d %s" (add 100000000 ($container.order | default 0)) $name) (list $name $container) }}
{{- end }}
{{- range $ordered }}
- {{ include "microservice.container" (dict "root" $ "name" (index . 0) "spec" (index . 1)) | indent 2 | trim }}
{{- end }}
{{- end }}

{{/* A container that waits until an address accepts connections, or until its host resolves: (list $ address). */}}
{{- define "microservice.waiting" -}}
{{- $address := index . 1 -}}
{{- /* Even a refused connection means that the host resolves. */}}
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
