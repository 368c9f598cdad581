{{/* Rights and rules that say nothing or too much. */}}
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
