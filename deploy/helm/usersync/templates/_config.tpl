{{/* The config, parsed: from config, or from the text of configFile. */}}
{{- define "usersync.parsed" -}}
{{- if .Values.configFile -}}
{{- $parsed := fromYaml .Values.configFile -}}
{{- if hasKey $parsed "Error" -}}{{- fail (printf "configFile is not YAML: %s" $parsed.Error) -}}{{- end -}}
{{- toYaml $parsed -}}
{{- else -}}
{{- toYaml .Values.config -}}
{{- end -}}
{{- end -}}

{{/* What the chart adds to the config. */}}
{{- define "usersync.additions" -}}
runs_dir: /data/usersync/runs
artifacts_ttl: 90d
lock_timeout: 60s
{{- if .Values.podMonitor.enabled }}
metrics: {listen: ":{{ .Values.podMonitor.port }}", name: {{ include "usersync.fullname" . }}}
{{- end }}
{{- end -}}

{{/*
The text of usersync.yaml. A text from configFile keeps its comments, and large numbers
stay as they were written.
*/}}
{{- define "usersync.config" -}}
{{- $parsed := fromYaml (include "usersync.parsed" .) -}}
{{- if .Values.configFile -}}
{{ trimSuffix "\n" .Values.configFile }}
{{- else -}}
{{ toYaml .Values.config }}
{{- end }}
# The chart's own:
{{- range $line := splitList "\n" (include "usersync.additions" .) }}
{{- if not (hasKey $parsed (first (splitList ":" $line))) }}
{{ $line }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "usersync.ledger" -}}
{{- $parsed := fromYaml (include "usersync.parsed" .) -}}
{{- $parsed.ledger | default "auto" -}}
{{- end -}}

{{/* yes, if the ledger is in PostgreSQL; otherwise nothing. */}}
{{- define "usersync.postgres" -}}
{{- if regexMatch "^postgres(ql)?://" (include "usersync.ledger" .) -}}yes{{- end -}}
{{- end -}}

{{- define "usersync.postgresPort" -}}
{{- regexFind ":[0-9]+(/|\\?|$)" (include "usersync.ledger" .) | trimAll ":/?" | default "5432" -}}
{{- end -}}

{{/* A duration of Go in whole seconds, such as 5400 of 1h30m. */}}
{{- define "usersync.seconds" -}}
{{- $total := 0 -}}
{{- range $part := regexFindAll "[0-9]+(\\.[0-9]+)?(h|ms|m|s)" (toString .) -1 -}}
{{- $n := float64 (regexFind "^[0-9.]+" $part) -}}
{{- $unit := regexFind "[a-z]+$" $part -}}
{{- $total = addf $total (mulf $n (get (dict "h" 3600.0 "m" 60.0 "s" 1.0 "ms" 0.001) $unit)) -}}
{{- end -}}
{{- ceil $total | int64 -}}
{{- end -}}
