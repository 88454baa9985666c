{{- define "usersync.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 40 characters: a CronJob adds 11 to the names of its Jobs, the Jobs theirs to their pods. */}}
{{- define "usersync.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "usersync.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "usersync.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "usersync.selector" -}}
app.kubernetes.io/name: {{ include "usersync.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "usersync.labels" -}}
{{ include "usersync.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "usersync.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "usersync.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "usersync.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "usersync.dataClaim" -}}
{{ .Values.data.existingClaim | default (printf "%s-runs" (include "usersync.fullname" .)) }}
{{- end -}}

{{- define "usersync.inputClaim" -}}
{{ .Values.input.existingClaim | default (printf "%s-exports" (include "usersync.fullname" .)) }}
{{- end -}}

{{/*
The name of something that is made once: the one given, of which kubectl create completes one
that ends with a dash; otherwise what it does, and when.
*/}}
{{- define "usersync.once" -}}
{{- if hasSuffix "-" .name -}}
generateName: {{ .name }}
{{- else if .name -}}
name: {{ .name }}
{{- else -}}
{{- $word := regexReplaceAll "[^a-z0-9]+" (lower .word) "-" | trimAll "-" -}}
name: {{ printf "%s-%s-%s" (include "usersync.fullname" .root) $word (dateInZone "20060102-150405" (now) "UTC") }}
{{- end -}}
{{- end -}}
