{{/* Permissions that have no effect, or go to too many. */}}
{{- define "microservice.securityProblems" -}}
{{- $tokens := list }}
{{- range .Values.volumes }}{{ range .projected }}{{ with .serviceAccountToken }}{{ $tokens = append $tokens .path }}{{ end }}{{ end }}{{ end }}
{{- if and .Values.rbac (not .Values.serviceAccount.automountToken) (not $tokens) }}
rbac: its rules have no effect for pods without a token; set serviceAccount.automountToken: true
{{- end }}
{{- if and .Values.rbac (eq (include "microservice.serviceAccountName" .) "default") }}
rbac: its rules would apply to every pod with the ServiceAccount "default"; set serviceAccount.create: true or serviceAccount.name
{{- end }}
{{- $safe := list "kernel.shm_rmid_forced" "net.ipv4.ip_local_port_range" "net.ipv4.ip_unprivileged_port_start" "net.ipv4.tcp_syncookies" "net.ipv4.ping_group_range" "net.ipv4.ip_local_reserved_ports" "net.ipv4.tcp_keepalive_time" "net.ipv4.tcp_fin_timeout" "net.ipv4.tcp_keepalive_intvl" "net.ipv4.tcp_keepalive_probes" }}
{{- range $name, $value := .Values.sysctls }}
{{- if not (has $name $safe) }}
sysctls.{{ $name }}: Pod Security restricted does not admit it; it admits {{ join ", " $safe }}
{{- end }}
{{- end }}
{{- range $name, $secret := .Values.externalSecrets }}
{{- if not (or $secret.keys $secret.from) }}
externalSecrets.{{ $name }}: would be empty; set keys or from
{{- end }}
{{- end }}
{{- end }}
