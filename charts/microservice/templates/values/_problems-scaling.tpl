{{/* Workloads that could not be scaled, or nodes that could not be drained. */}}
{{- define "microservice.scalingProblems" -}}
{{- $kind := .Values.workload }}
{{- range $name := list "autoscaling" "keda" }}
{{- with get $.Values $name }}
{{- if .enabled }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{ $name }}.minReplicas: {{ .minReplicas }} is more than maxReplicas, {{ .maxReplicas }}; lower it, or raise maxReplicas
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
autoscaling: has no metric to scale on; set cpu, memory or metrics
{{- end }}
{{- $containers := set (deepCopy $.Values.sidecars) "the main container" $.Values }}
{{- range $resource := list "cpu" "memory" }}
{{- range $name, $container := $containers }}
{{- $asked := get ($container.resources.requests | default dict) $resource | default (get ($container.resources.limits | default dict) $resource) }}
{{- if and (get $.Values.autoscaling $resource) (not $asked) }}
autoscaling.{{ $resource }}: it is a percentage of the requests of all containers, and {{ $name }} has no resources.requests.{{ $resource }}; set it
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $metric := .metrics }}
{{- if ne (len (pick $metric "value" "averageValue")) 1 }}
autoscaling.metrics.{{ $name }}: set either value or averageValue
{{- end }}
{{- if ne (hasKey $metric "object") (eq $metric.type "Object") }}
autoscaling.metrics.{{ $name }}: object is required for type Object, and not allowed for other types
{{- end }}
{{- if and (eq $metric.type "Pods") $metric.value }}
autoscaling.metrics.{{ $name }}: type Pods takes averageValue, not value
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.keda.enabled (not .Values.keda.triggers) }}
keda.triggers: has no trigger to scale on; add one
{{- end }}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled }}
keda: autoscaling is enabled as well, and both would set the number of pods; disable one
{{- end }}
{{- include "microservice.budgetProblems" . }}
{{- end }}

{{/* A budget that never allows an eviction blocks draining every node. */}}
{{- define "microservice.budgetProblems" -}}
{{- $pods := include "microservice.fewestPods" . | int }}
{{- $budget := .Values.podDisruptionBudget }}
{{- if and $budget.enabled (ge $pods 2) (has .Values.workload (list "Deployment" "StatefulSet")) }}
{{- $share := trimSuffix "%" (toString $budget.minAvailable) }}
{{- if ne $share "" }}
{{- $stay := ternary (divf (mulf $pods $share) 100 | ceil) (float64 $share) (hasSuffix "%" (toString $budget.minAvailable)) }}
{{- if ge (float64 $stay) (float64 $pods) }}
podDisruptionBudget.minAvailable: {{ $budget.minAvailable }} of {{ $pods }} pods allows no eviction, and no node could be drained; set at most {{ sub $pods 1 }}
{{- end }}
{{- else if has (toString $budget.maxUnavailable) (list "0" "0%" "") }}
podDisruptionBudget.maxUnavailable: 0 allows no eviction, and no node could be drained; set at least 1
{{- end }}
{{- end }}
{{- end }}
