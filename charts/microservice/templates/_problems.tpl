{{/*
What no schema can say, a problem a line: numbers that must be below others, names that must be known. Only what is written
here is refused here; types, ranges and unknown keys are the schema's. All problems are told at once.
*/}}
{{- define "microservice.problems" -}}
{{- include "microservice.imageProblems" . }}
{{- include "microservice.workloadProblems" . }}
{{- include "microservice.containerProblems" (dict "root" . "where" "" "spec" .Values "main" true) }}
{{- range $name, $sidecar := .Values.sidecars }}
{{- include "microservice.containerProblems" (dict "root" $ "where" (printf "sidecars.%s." $name) "spec" $sidecar) }}
{{- end }}
{{- range $name, $container := .Values.initContainers }}
{{- include "microservice.containerProblems" (dict "root" $ "where" (printf "initContainers.%s." $name) "spec" $container) }}
{{- end }}
{{- include "microservice.trafficProblems" . }}
{{- include "microservice.scalingProblems" . }}
{{- include "microservice.securityProblems" . }}
{{- end }}

{{- define "microservice.imageProblems" -}}
{{- if not .Values.image.repository }}
image.repository: it is empty; name an image, with its registry
{{- end }}
{{- end }}

{{- define "microservice.workloadProblems" -}}
{{- $kind := .Values.workload }}{{ $rollout := .Values.rollout }}
{{- if and (eq $kind "CronJob") (not .Values.cronJob.schedule) }}
cronJob.schedule: a CronJob needs one, such as "*/5 * * * *"
{{- end }}
{{- if and .Values.cronJob.schedule (ne $kind "CronJob") }}
cronJob.schedule: only a CronJob has one; set workload: CronJob
{{- end }}
{{- if and .Values.statefulSet.claims (ne $kind "StatefulSet") }}
statefulSet.claims: only a StatefulSet has them; set workload: StatefulSet, or use volumes with pvc
{{- end }}
{{- if and (eq $rollout.strategy "Recreate") (ne $kind "Deployment") }}
rollout.strategy: Recreate is a Deployment's; a {{ $kind }} takes RollingUpdate or OnDelete
{{- end }}
{{- if and (eq $rollout.strategy "OnDelete") (not (has $kind (list "StatefulSet" "DaemonSet"))) }}
rollout.strategy: OnDelete is a StatefulSet's or DaemonSet's; a {{ $kind }} takes RollingUpdate
{{- end }}
{{- if and (has (toString $rollout.maxSurge) (list "0" "0%")) (has (toString $rollout.maxUnavailable) (list "0" "0%")) }}
rollout: maxSurge and maxUnavailable are both 0; then no pod can ever be replaced
{{- end }}
{{- if and (eq $kind "Deployment") (le (int $rollout.progressDeadlineSeconds) (int $rollout.minReadySeconds)) }}
rollout.progressDeadlineSeconds: {{ $rollout.progressDeadlineSeconds }} must be above minReadySeconds, {{ $rollout.minReadySeconds }}
{{- end }}
{{- if and (has $kind (list "Job" "CronJob")) (not (eq (toJson .Values.probes) (toJson (dict "startup" dict "readiness" dict "liveness" dict)))) }}
probes: a {{ $kind }} has none; it ends by itself, at the latest after job.activeDeadlineSeconds
{{- end }}
{{- $sleep := .Values.lifecycle.preStop.sleep | default 0 | int }}
{{- if ge $sleep (int .Values.terminationGracePeriodSeconds) }}
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }} leaves no time after lifecycle.preStop.sleep, {{ $sleep }}
{{- end }}
{{- end }}

{{- define "microservice.containerProblems" -}}
{{- $root := .root }}{{ $where := .where }}{{ $spec := .spec }}{{ $main := .main }}
{{- range $resource, $limit := $spec.resources.limits }}
{{- with get ($spec.resources.requests | default dict) $resource }}
{{- if gt (include "microservice.amount" . | float64) (include "microservice.amount" $limit | float64) }}
{{ $where }}resources.requests.{{ $resource }}: {{ . }} is more than the limit, {{ $limit }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := $spec.env }}
{{- if kindIs "map" $value }}
{{- $sources := keys (pick $value "secret" "configMap" "field" "resource") | sortAlpha }}
{{- if ne (len $sources) 1 }}
{{ $where }}env.{{ $name }}: one of secret, configMap, field or resource is needed, not {{ $sources | join " and " | default "none" }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $source := $spec.envFrom }}
{{- if ne (len (pick $source "secret" "configMap")) 1 }}
{{ $where }}envFrom.{{ $name }}: either secret or configMap is needed
{{- end }}
{{- end }}
{{- range $kind, $probe := $spec.probes }}
{{- if $probe }}
{{- $ways := keys (pick $probe "http" "grpc" "tcp" "exec") | sortAlpha }}
{{- if ne (len $ways) 1 }}
{{ $where }}probes.{{ $kind }}: one of http, grpc, tcp or exec is needed, not {{ $ways | join " and " | default "none" }}
{{- end }}
{{- range $way := without $ways "exec" }}
{{- include "microservice.portProblem" (list (printf "%sprobes.%s.%s.port" $where $kind $way) (get $probe $way).port $spec.ports) }}
{{- end }}
{{- end }}
{{- end }}
{{- $volumes := list "files" | concat (keys $root.Values.volumes) (keys $root.Values.statefulSet.claims) }}
{{- range $name, $directory := $root.Values.writable }}{{ $volumes = append $volumes (printf "write-%s" $name) }}{{ end }}
{{- $paths := list }}
{{- range include "microservice.mounts" . | fromYamlArray }}
{{- if not (has .name $volumes) }}
{{ $where }}mounts: there is no volume {{ .name }}; add it to volumes
{{- end }}
{{- if has .mountPath $paths }}
{{ $where }}mounts: {{ .mountPath }} is used twice, by {{ .name }} as well
{{- end }}
{{- $paths = append $paths .mountPath }}
{{- end }}
{{- end }}

{{/* A port that is asked for by name must be there: (list where name ports). */}}
{{- define "microservice.portProblem" -}}
{{- $ports := index . 2 | default dict }}
{{- if not (hasKey $ports (index . 1)) }}
{{ index . 0 }}: there is no port {{ index . 1 | quote }}; ports has {{ keys $ports | sortAlpha | join ", " | default "none" }}
{{- end }}
{{- end }}

{{- define "microservice.trafficProblems" -}}
{{- $ports := include "microservice.servicePorts" . | fromYaml }}
{{- with .Values.service }}
{{- if and (eq .type "NodePort") (not .allowNodePort) }}
service.type: NodePort opens a port on every node, past ingress and policies; use ingress or LoadBalancer, or set service.allowNodePort: true
{{- end }}
{{- if and .headless (ne .sessionAffinity "None") }}
service.sessionAffinity: a headless Service has none, its clients choose a pod; set None
{{- end }}
{{- if and .headless (ne .type "ClusterIP") }}
service.headless: a {{ .type }} Service cannot be headless; set service.type: ClusterIP
{{- end }}
{{- end }}
{{- range $name, $port := .Values.ports }}
{{- if and $port.nodePort (not $.Values.service.allowNodePort) }}
ports.{{ $name }}.nodePort: it opens a port on every node; leave it out, or set service.allowNodePort: true
{{- end }}
{{- end }}
{{- range $name, $host := .Values.ingress.hosts }}
{{- include "microservice.portProblem" (list (printf "ingress.hosts.%s.port" $name) $host.port $ports) }}
{{- end }}
{{- range $kind := list "httpRoutes" "grpcRoutes" }}
{{- range $name, $route := get $.Values $kind }}
{{- include "microservice.portProblem" (list (printf "%s.%s.port" $kind $name) $route.port $ports) }}
{{- end }}
{{- end }}
{{- with .Values.monitor }}
{{- if .kind }}
{{- include "microservice.portProblem" (list "monitor.port" .port (ternary $ports $.Values.ports (eq .kind "ServiceMonitor"))) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "microservice.scalingProblems" -}}
{{- $kind := .Values.workload }}
{{- range $name := list "autoscaling" "keda" }}
{{- with get $.Values $name }}
{{- if .enabled }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{ $name }}.minReplicas: {{ .minReplicas }} is more than maxReplicas, {{ .maxReplicas }}
{{- end }}
{{- if not (has $kind (list "Deployment" "StatefulSet")) }}
{{ $name }}: a {{ $kind }} cannot be scaled; set workload: Deployment or StatefulSet
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- if not (or .cpu .memory .metrics) }}
autoscaling: nothing to scale by; set cpu, memory or metrics
{{- end }}
{{- range $resource := list "cpu" "memory" }}
{{- if and (get $.Values.autoscaling $resource) (not (get ($.Values.resources.requests | default dict) $resource)) }}
autoscaling.{{ $resource }}: it is a share of the request, and resources.requests.{{ $resource }} is missing
{{- end }}
{{- end }}
{{- range $name, $metric := .metrics }}
{{- if ne (len (pick $metric "value" "averageValue")) 1 }}
autoscaling.metrics.{{ $name }}: either value or averageValue is needed
{{- end }}
{{- if ne (hasKey $metric "object") (eq $metric.type "Object") }}
autoscaling.metrics.{{ $name }}: type Object, and only that, needs object
{{- end }}
{{- if and (eq $metric.type "Pods") $metric.value }}
autoscaling.metrics.{{ $name }}: type Pods takes averageValue
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.keda.enabled (not .Values.keda.triggers) }}
keda.triggers: nothing to scale by; add one
{{- end }}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled }}
keda: autoscaling is enabled as well, and both would decide the number of pods; use one
{{- end }}
{{- include "microservice.budgetProblems" . }}
{{- end }}

{{/* A budget that never lets a pod go keeps every node from being drained. */}}
{{- define "microservice.budgetProblems" -}}
{{- $pods := include "microservice.fewestPods" . | int }}
{{- $budget := .Values.podDisruptionBudget }}
{{- if and $budget.enabled (ge $pods 2) (has .Values.workload (list "Deployment" "StatefulSet")) }}
{{- $share := trimSuffix "%" (toString $budget.minAvailable) }}
{{- if ne $share "" }}
{{- $stay := ternary (divf (mulf $pods $share) 100 | ceil) (float64 $share) (hasSuffix "%" (toString $budget.minAvailable)) }}
{{- if ge (float64 $stay) (float64 $pods) }}
podDisruptionBudget.minAvailable: {{ $budget.minAvailable }} of {{ $pods }} pods lets none of them go, and no node could be drained; at most {{ sub $pods 1 }}
{{- end }}
{{- else if has (toString $budget.maxUnavailable) (list "0" "0%" "") }}
podDisruptionBudget.maxUnavailable: 0 lets no pod go, and no node could be drained; at least 1
{{- end }}
{{- end }}
{{- end }}

{{- define "microservice.securityProblems" -}}
{{- $tokens := list }}
{{- range .Values.volumes }}{{ range .projected }}{{ with .serviceAccountToken }}{{ $tokens = append $tokens .path }}{{ end }}{{ end }}{{ end }}
{{- if and .Values.rbac (not .Values.serviceAccount.automountToken) (not $tokens) }}
rbac: its rules are of no use to pods without a token; set serviceAccount.automountToken: true
{{- end }}
{{- if and .Values.rbac (eq (include "microservice.serviceAccountName" .) "default") }}
rbac: its rules would go to every pod with the ServiceAccount "default"; set serviceAccount.create: true or serviceAccount.name
{{- end }}
{{- range $way := list "ingress" "egress" }}
{{- range $name, $rule := get $.Values.networkPolicy $way }}
{{- if not (pick $rule "pods" "namespace" "namespaceLabels" "cidr" "anywhere") }}
networkPolicy.{{ $way }}.{{ $name }}: nobody is named; give pods, namespace, namespaceLabels or cidr, or anywhere: true
{{- end }}
{{- if and (hasKey $rule "cidr") (pick $rule "pods" "namespace" "namespaceLabels") }}
networkPolicy.{{ $way }}.{{ $name }}: cidr names addresses, the rest names pods; make two rules of it
{{- end }}
{{- if and (hasKey $rule "anywhere") (pick $rule "pods" "namespace" "namespaceLabels" "cidr") }}
networkPolicy.{{ $way }}.{{ $name }}: anywhere is everybody; leave out the rest
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $secret := .Values.externalSecrets }}
{{- if not (or $secret.keys $secret.from) }}
externalSecrets.{{ $name }}: it holds nothing; give keys or from
{{- end }}
{{- end }}
{{- end }}

{{/* A quantity such as 500m or 1.5Gi as a number. */}}
{{- define "microservice.amount" -}}
{{- $units := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{ mulf (trimSuffix $unit .) (get $units $unit) | printf "%f" }}
{{- end }}
