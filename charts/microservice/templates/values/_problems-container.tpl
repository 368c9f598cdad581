{{/* Problems of a container, from {root, where, spec, main}. */}}
{{- define "microservice.containerProblems" -}}
{{- $root := .root }}{{ $where := .where }}{{ $spec := .spec }}
{{- if not $spec.image.repository }}
{{ $where }}image.repository: is empty; set an image, including its registry
{{- end }}
{{- $sleep := dig "preStop" "sleep" 0 ($spec.lifecycle | default dict) | int }}
{{- if and (include "microservice.lifecycle" .) (ge $sleep (int $root.Values.terminationGracePeriodSeconds)) }}
terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }} leaves no time after {{ $where }}lifecycle.preStop.sleep, {{ $sleep }}; set it higher
{{- end }}
{{- range $resource, $limit := $spec.resources.limits }}
{{- with get ($spec.resources.requests | default dict) $resource }}
{{- if gt (include "microservice.amount" . | float64) (include "microservice.amount" $limit | float64) }}
{{ $where }}resources.requests.{{ $resource }}: {{ . }} is more than the limit, {{ $limit }}; lower it, or raise the limit
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := $spec.env }}
{{- if kindIs "map" $value }}
{{- $sources := keys (pick $value "secret" "configMap" "field" "resource") | sortAlpha }}
{{- if ne (len $sources) 1 }}
{{ $where }}env.{{ $name }}: set exactly one of secret, configMap, field or resource, not {{ $sources | join " and " | default "none" }}
{{- end }}
{{- end }}
{{- end }}
{{- with (include "microservice.envOrder" ($spec.env | default dict) | fromJson).cycle }}
{{ $where }}env: {{ join " and " . }} refer to each other in a cycle; write the value into one of them
{{- end }}
{{- range $name, $source := $spec.envFrom }}
{{- if ne (len (pick $source "secret" "configMap")) 1 }}
{{ $where }}envFrom.{{ $name }}: set either secret or configMap
{{- end }}
{{- end }}
{{- range $kind, $probe := $spec.probes }}
{{- if $probe }}
{{- $ways := keys (pick $probe "http" "grpc" "tcp" "exec") | sortAlpha }}
{{- if ne (len $ways) 1 }}
{{ $where }}probes.{{ $kind }}: set exactly one of http, grpc, tcp or exec, not {{ $ways | join " and " | default "none" }}
{{- end }}
{{- range $way := without $ways "exec" }}
{{- $port := (get $probe $way).port }}
{{- include "microservice.portProblem" (list (printf "%sprobes.%s.%s.port" $where $kind $way) $port $spec.ports) }}
{{- if ne (dig $port "protocol" "TCP" ($spec.ports | default dict)) "TCP" }}
{{ $where }}probes.{{ $kind }}.{{ $way }}.port: {{ $port }} is not a TCP port, and probes only support TCP
{{- end }}
{{- end }}
{{- if and (ne $kind "readiness") (gt (int ($probe.successThreshold | default 1)) 1) }}
{{ $where }}probes.{{ $kind }}.successThreshold: must be 1; only readiness may have a higher one
{{- end }}
{{- end }}
{{- end }}
{{- $volumes := list "files" | concat (keys $root.Values.volumes) (keys $root.Values.claims) (keys $root.Values.statefulSet.claims) }}
{{- range $name, $directory := $root.Values.writable }}{{ $volumes = append $volumes (printf "write-%s" $name) }}{{ end }}
{{- $paths := list }}
{{- range include "microservice.mounts" . | fromYamlArray }}
{{- if not (has .name $volumes) }}
{{ $where }}mounts: there is no volume {{ .name }}; add it to volumes
{{- end }}
{{- if has .mountPath $paths }}
{{ $where }}mounts: {{ .mountPath }} is used twice, the second time by {{ .name }}; change one
{{- end }}
{{- $paths = append $paths .mountPath }}
{{- end }}
{{- end }}

{{/* Reports a reference to a port that does not exist: (list where name ports). */}}
{{- define "microservice.portProblem" -}}
{{- $ports := index . 2 | default dict }}
{{- if not (hasKey $ports (index . 1)) }}
{{ index . 0 }}: there is no port {{ index . 1 | quote }}; the ports are {{ keys $ports | sortAlpha | join ", " | default "none" }}
{{- end }}
{{- end }}
