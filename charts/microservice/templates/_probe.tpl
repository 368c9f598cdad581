{{/* A Kubernetes probe from {probe, ports}; a gRPC probe takes a port number, the others a port name. */}}
{{- define "microservice.probe" -}}
{{- with .probe.http }}
httpGet:
  path: {{ .path | quote }}
  port: {{ .port | quote }}
  {{- with .scheme }}
  scheme: {{ . | quote }}
  {{- end }}
  {{- with .headers }}
  httpHeaders:
    {{- range $name, $value := . }}
    - {name: {{ $name | quote }}, value: {{ $value | quote }}}
    {{- end }}
  {{- end }}
{{- end }}
{{- with .probe.grpc }}
grpc:
  port: {{ (get $.ports .port | default dict).container | int }}
  {{- with .service }}
  service: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .probe.tcp }}
tcpSocket:
  port: {{ .port | quote }}
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
