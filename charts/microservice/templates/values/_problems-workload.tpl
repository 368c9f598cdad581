{{/* Values that do not fit the kind of workload. */}}
{{- define "microservice.workloadProblems" -}}
{{- range $name, $file := .Values.config.files }}
{{- if eq (hasKey $file "content") (hasKey $file "base64") }}
config.files.{{ $name }}: set either content or base64
{{- end }}
{{- end }}
{{- if and (eq .Values.dns.policy "None") (not .Values.dns.nameservers) }}
dns.nameservers: is empty, and the policy None has no others; add one
{{- end }}
{{- $kind := .Values.workload }}{{ $rollout := .Values.rollout }}
{{- $name := include "microservice.name" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) }}
fullnameOverride: {{ $name | quote }} cannot be the name of a Service; use lowercase letters, digits and hyphens, beginning with a letter
{{- end }}
{{- if and (has $kind (list "StatefulSet" "CronJob")) (gt (len $name) 52) }}
fullnameOverride: {{ $name }} has {{ len $name }} characters, and a {{ $kind }} appends a suffix to it; use at most 52
{{- end }}
{{- if and (eq $kind "CronJob") (not .Values.cronJob.schedule) }}
cronJob.schedule: is required for a CronJob; set one such as "*/5 * * * *"
{{- end }}
{{- if and .Values.cronJob.schedule (ne $kind "CronJob") }}
cronJob.schedule: only a CronJob has one; set workload: CronJob
{{- end }}
{{- if and .Values.statefulSet.claims (ne $kind "StatefulSet") }}
statefulSet.claims: only a StatefulSet has them; set workload: StatefulSet, or use volumes with pvc
{{- end }}
{{- if and .Values.claims (ne $kind "Deployment") }}
claims: only a Deployment has them; a StatefulSet has statefulSet.claims
{{- end }}
{{- range $name, $claim := .Values.claims }}
{{- if ne ($claim.accessMode | default "ReadWriteOnce") "ReadWriteMany" }}
{{- if or (gt (int $.Values.replicas) 1) (include "microservice.isScaled" $) }}
claims.{{ $name }}: several pods cannot share a {{ $claim.accessMode | default "ReadWriteOnce" }} volume; set replicas: 1 without an autoscaler, or accessMode: ReadWriteMany
{{- end }}
{{- if ne $rollout.strategy "Recreate" }}
claims.{{ $name }}: a new pod would wait for the volume of the old one; set rollout.strategy: Recreate
{{- end }}
{{- end }}
{{- end }}
{{- if and (eq $rollout.strategy "Recreate") (ne $kind "Deployment") }}
rollout.strategy: Recreate is for a Deployment; a {{ $kind }} takes RollingUpdate or OnDelete
{{- end }}
{{- if and (eq $rollout.strategy "OnDelete") (not (has $kind (list "StatefulSet" "DaemonSet"))) }}
rollout.strategy: OnDelete is for a StatefulSet or DaemonSet; a {{ $kind }} takes RollingUpdate
{{- end }}
{{- if and (has $kind (list "Deployment" "DaemonSet")) (has (toString $rollout.maxSurge) (list "0" "0%")) (has (toString $rollout.maxUnavailable) (list "0" "0%")) }}
rollout: maxSurge and maxUnavailable are both 0, so no pod could ever be replaced; raise one
{{- end }}
{{- if and (eq $kind "Deployment") (le (int $rollout.progressDeadlineSeconds) (int $rollout.minReadySeconds)) }}
rollout.progressDeadlineSeconds: {{ $rollout.progressDeadlineSeconds }} must be more than minReadySeconds, {{ $rollout.minReadySeconds }}
{{- end }}
{{- if has $kind (list "Job" "CronJob") }}
{{- if or .Values.probes.startup .Values.probes.readiness .Values.probes.liveness }}
probes: a {{ $kind }} takes none, because it ends after job.activeDeadlineSeconds at the latest; remove them
{{- end }}
{{- range $name, $sidecar := .Values.sidecars }}
{{- if not (dig "native" true $sidecar) }}
sidecars.{{ $name }}.native: a {{ $kind }} would never complete with such a sidecar; remove the key, so that the sidecar stops with the main container
{{- end }}
{{- end }}
{{- if or .Values.ingress.hosts .Values.ingresses .Values.httpRoutes .Values.grpcRoutes }}
workload: a {{ $kind }} receives no traffic; remove ingress.hosts, ingresses, httpRoutes and grpcRoutes
{{- end }}
{{- end }}
{{- end }}
