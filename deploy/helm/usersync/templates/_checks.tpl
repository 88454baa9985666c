{{/* What values.schema.json cannot say. Each message names the value and what to write instead. */}}
{{- define "usersync.checks" -}}
{{- $config := fromYaml (include "usersync.parsed" .) -}}
{{- if and .Values.config .Values.configFile -}}
{{- fail "config and configFile are both set: use one of them" -}}
{{- end -}}
{{- if not $config.to -}}
{{- fail "config.to is missing: put your usersync.yaml under config, or add --set-file configFile=usersync.yaml" -}}
{{- end -}}
{{- include "usersync.checkSecrets" (dict "at" "config" "value" $config) -}}
{{- range $at, $v := dict "env" .Values.env -}}
{{- include "usersync.checkEnv" $v -}}
{{- end -}}
{{- include "usersync.checkShards" (dict "root" . "config" $config) -}}
{{- include "usersync.checkTimes" (dict "root" . "config" $config) -}}
{{- include "usersync.checkPlaces" (dict "root" . "config" $config) -}}
{{- end -}}

{{/* A secret is env:NAME or file:PATH; an address holds no password. */}}
{{- define "usersync.checkSecrets" -}}
{{- $at := .at -}}
{{- if kindIs "map" .value -}}
{{- range $key, $value := .value -}}
{{- if ne $key "fields" -}}
{{- $secret := or (and (hasSuffix ".auth" $at) (regexMatch "^(client_secret|token|key|secret_key|password)$" $key)) (has (printf "%s.%s" $at $key) (list "config.ledger_key" "config.redis_url" "config.notify.webhook" "config.https_token" "config.sftp_key" "config.sftp_password")) -}}
{{- if and $secret (kindIs "string" $value) (not (regexMatch "^(env|file):" $value)) -}}
{{- fail (printf "%s.%s is a secret: write env:NAME and name the Secret under secrets.env, or file:PATH and mount it with secrets.files" $at $key) -}}
{{- end -}}
{{- include "usersync.checkSecrets" (dict "at" (printf "%s.%s" $at $key) "value" $value) -}}
{{- end -}}
{{- end -}}
{{- else if kindIs "slice" .value -}}
{{- range $value := .value -}}
{{- include "usersync.checkSecrets" (dict "at" $at "value" $value) -}}
{{- end -}}
{{- else if kindIs "string" .value -}}
{{- if and (has $at (list "config.from" "config.protect" "config.publish" "config.expect_sha256" "config.expect_records")) (regexMatch "^https?://[^?#]*[?]." .value) -}}
{{- fail (printf "%s has a query, which may be a signature: write env:NAME and name the Secret under secrets.env" $at) -}}
{{- end -}}
{{- if regexMatch "^[a-z0-9+]+://[^/@?#]*:[^/@?#]+@" .value -}}
{{- fail (printf "%s holds a password: leave it out, and give PGPASSWORD under secrets.env for PostgreSQL, or write env:NAME for another address" $at) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "usersync.checkEnv" -}}
{{- range . -}}
{{- if and .value (regexMatch "(?i)(secret|token|passw|api_?key|_key$|credential)" .name) (not (regexMatch "(?i)(_file|_path|_url|_dir)$" .name)) -}}
{{- fail (printf "env: %s has its value in clear text: use secrets.env, which refers to a Secret" .name) -}}
{{- end -}}
{{- if and .value (regexMatch "^[a-z0-9+]+://[^/@?#]*:[^/@?#]+@" .value) -}}
{{- fail (printf "env: the value of %s holds a password: use secrets.env, which refers to a Secret" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "usersync.checkShards" -}}
{{- $v := .root.Values -}}
{{- if gt (int $v.shards) 1 -}}
{{- if not (include "usersync.postgres" .root) -}}
{{- fail (printf "shards: %d needs a ledger that all shards share: set config.ledger to postgres://USER@HOST:PORT/DATABASE, or shards to 1" (int $v.shards)) -}}
{{- end -}}
{{- if not (or $v.data.existingClaim (has "ReadWriteMany" $v.data.accessModes)) -}}
{{- fail (printf "shards: %d write into one runs directory: set data.accessModes to [ReadWriteMany], or data.existingClaim to a shared volume" (int $v.shards)) -}}
{{- end -}}
{{- if or .config.canary .config.renames .config.sandbox -}}
{{- fail (printf "shards: %d do not work with canary, renames or sandbox in the config: take them out, or set shards to 1" (int $v.shards)) -}}
{{- end -}}
{{- end -}}
{{- if and (include "usersync.postgres" .root) (not .config.ledger_key) -}}
{{- fail "config.ledger_key is missing: a ledger in PostgreSQL needs it, as env:NAME or file:PATH" -}}
{{- end -}}
{{- end -}}

{{- define "usersync.checkTimes" -}}
{{- $v := .root.Values -}}
{{- $deadline := int64 $v.activeDeadlineSeconds -}}
{{- if .config.max_duration -}}
{{- $budget := int64 (include "usersync.seconds" .config.max_duration) -}}
{{- if le $deadline $budget -}}
{{- fail (printf "activeDeadlineSeconds: %d must be above config.max_duration (%d seconds), so that the run ends by itself" $deadline $budget) -}}
{{- end -}}
{{- end -}}
{{- if and $v.waitForFile.path (le $deadline (int64 $v.waitForFile.timeoutSeconds)) -}}
{{- fail (printf "activeDeadlineSeconds: %d must be above waitForFile.timeoutSeconds" $deadline) -}}
{{- end -}}
{{- if .config.wait_for_input -}}
{{- if le $deadline (int64 (include "usersync.seconds" .config.wait_for_input)) -}}
{{- fail (printf "activeDeadlineSeconds: %d must be above config.wait_for_input" $deadline) -}}
{{- end -}}
{{- end -}}
{{- $call := int64 (include "usersync.seconds" (.config.timeout | default "30s")) -}}
{{- if lt (int64 $v.gracePeriodSeconds) (add $call 10) -}}
{{- fail (printf "gracePeriodSeconds: %d must be 10 above config.timeout (%d seconds), so that calls in flight can finish" (int64 $v.gracePeriodSeconds) $call) -}}
{{- end -}}
{{- end -}}

{{- define "usersync.checkPlaces" -}}
{{- $v := .root.Values -}}
{{- if and (not $v.input.enabled) (hasPrefix $v.input.mountPath $v.waitForFile.path) $v.waitForFile.path -}}
{{- fail "waitForFile.path is on the input volume, but input.enabled is false" -}}
{{- end -}}
{{- if has "-" (kindIs "slice" .config.from | ternary .config.from (list .config.from)) -}}
{{- fail "config.from is standard input, which a pod does not have: name a file or a bucket" -}}
{{- end -}}
{{- if and $v.podMonitor.enabled (dig "metrics" "listen" "" .config) -}}
{{- if not (hasSuffix (printf ":%d" (int $v.podMonitor.port)) (dig "metrics" "listen" "" .config)) -}}
{{- fail "config.metrics.listen and podMonitor.port differ: leave metrics.listen out" -}}
{{- end -}}
{{- else if and $v.podMonitor.enabled .config.metrics -}}
{{- fail (printf "podMonitor.enabled needs config.metrics.listen: \":%d\" next to what config.metrics has already" (int $v.podMonitor.port)) -}}
{{- end -}}
{{- if and $v.job.args $v.job.sharded (ne (first $v.job.args) "run") -}}
{{- fail (printf "job.sharded is for run only, not for %s" (first $v.job.args)) -}}
{{- end -}}
{{- range $word := $v.cronJob.args -}}
{{- if regexMatch "^--(adopt|new-scope)(=|$)" $word -}}
{{- fail (printf "cronJob.args: %s is for once, not for every night: use job.args" $word) -}}
{{- end -}}
{{- end -}}
{{- end -}}
