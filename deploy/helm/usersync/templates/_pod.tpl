{{/* The one pod template. Its dict: root, args, count (how many shards). */}}
{{- define "usersync.pod" -}}
{{- $root := .root -}}
{{- $v := .root.Values -}}
metadata:
  labels:
    {{- include "usersync.labels" $root | nindent 4 }}
    {{- with $v.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "usersync.config" $root | sha256sum }}
    {{- with $v.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: {{ $v.gracePeriodSeconds }}
  serviceAccountName: {{ include "usersync.serviceAccount" $root }}
  {{- include "usersync.restricted" $root | nindent 2 }}
  {{- with $v.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- range $key := list "nodeSelector" "affinity" "topologySpreadConstraints" "tolerations" }}
  {{- with get $v $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- if or $v.waitForFile.path $v.initContainers }}
  initContainers:
    {{- with $v.waitForFile }}
    {{- if .path }}
    {{- include "usersync.waitForFile" $root | nindent 4 }}
    {{- end }}
    {{- end }}
    {{- with $v.initContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
  - name: usersync
    image: {{ include "usersync.image" $root }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args: {{ include "usersync.args" .args }}
    env:
      {{- include "usersync.env" . | nindent 6 }}
    {{- with $v.envFrom }}
    envFrom:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if $v.podMonitor.enabled }}
    ports:
    - {name: metrics, containerPort: {{ $v.podMonitor.port }}}
    {{- end }}
    # kubectl get pod shows why it ended, also if it was killed or its log is lost.
    terminationMessagePolicy: FallbackToLogsOnError
    resources:
      {{- toYaml $v.resources | nindent 6 }}
    securityContext:
      {{- include "usersync.unprivileged" $root | nindent 6 }}
    volumeMounts:
      {{- include "usersync.mounts" $root | nindent 6 }}
  volumes:
    {{- include "usersync.volumes" $root | nindent 4 }}
{{- end -}}

{{/* Arguments as texts: helm --set makes a number of an id such as 4711. */}}
{{- define "usersync.args" -}}
{{- $args := list -}}
{{- range . }}{{ $args = append $args (kindIs "float64" . | ternary (printf "%.0f" .) (toString .)) }}{{ end -}}
{{- toJson $args -}}
{{- end -}}

{{/* What the restricted Pod Security Standard asks of a pod, and a little more. */}}
{{- define "usersync.restricted" -}}
automountServiceAccountToken: false
enableServiceLinks: false             # a Service named usersync would set variables USERSYNC_...
securityContext:
  runAsNonRoot: true
  {{- with .Values.runAsUser }}
  runAsUser: {{ . }}
  runAsGroup: {{ . }}
  fsGroup: {{ . }}
  {{- end }}
  fsGroupChangePolicy: OnRootMismatch # Always would open our 0600 files to the group at every start
  seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "usersync.unprivileged" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "usersync.env" -}}
{{- $v := .root.Values -}}
- {name: USERSYNC_CONFIG, value: /config/usersync.yaml}
{{- if not .shell }}
- {name: USERSYNC_LOG_FORMAT, value: json}
- {name: USERSYNC_GRACE_PERIOD, value: {{ $v.gracePeriodSeconds }}s}
{{- end }}
{{- if gt (int .count) 1 }}
# All shards are one run, called like their Job. JOB_COMPLETION_INDEX says which of them this is.
- {name: USERSYNC_SHARD_COUNT, value: {{ .count | quote }}}
- name: USERSYNC_RUN_ID
  valueFrom: {fieldRef: {fieldPath: "metadata.labels['batch.kubernetes.io/job-name']"}}
{{- end }}
{{- range $name, $ref := $v.secrets.env }}
- name: {{ $name }}
  valueFrom: {secretKeyRef: {name: {{ $ref.name }}, key: {{ $ref.key }}}}
{{- end }}
{{- with $v.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "usersync.inputMounts" -}}
- {name: data, mountPath: /data}
{{- if .Values.input.enabled }}
- {name: exports, mountPath: {{ .Values.input.mountPath }}, readOnly: true}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "usersync.mounts" -}}
- {name: config, mountPath: /config, readOnly: true}
{{ include "usersync.inputMounts" . }}
{{- range $i, $file := .Values.secrets.files }}
- {name: secret-{{ $i }}, mountPath: {{ $file.mountPath }}, readOnly: true}
{{- end }}
{{- range $i, $file := .Values.secrets.csi }}
- {name: csi-{{ $i }}, mountPath: {{ $file.mountPath }}, readOnly: true}
{{- end }}
{{- end -}}

{{- define "usersync.volumes" -}}
- name: config
  configMap: {name: {{ include "usersync.fullname" . }}}
- name: data
  persistentVolumeClaim: {claimName: {{ include "usersync.dataClaim" . }}}
{{- if .Values.input.enabled }}
- name: exports
  persistentVolumeClaim: {claimName: {{ include "usersync.inputClaim" . }}, readOnly: true}
{{- end }}
{{- range $i, $file := .Values.secrets.files }}
- name: secret-{{ $i }}
  secret:
    secretName: {{ $file.name }}
    defaultMode: 0440
    {{- with $file.items }}
    items:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end }}
{{- range $i, $file := .Values.secrets.csi }}
- name: csi-{{ $i }}
  csi:
    driver: {{ $file.driver | default "secrets-store.csi.k8s.io" }}
    readOnly: true
    volumeAttributes: {secretProviderClass: {{ $file.secretProviderClass }}}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "usersync.waitForFile" -}}
- name: wait-for-file
  image: {{ .Values.shell.image }}
  command: [sh, -c]
  args:
  - |
    waited=0
    until [ -s "$FILE" ]; do
      if [ "$waited" -ge "$TIMEOUT" ]; then echo "$FILE is not there after $TIMEOUT seconds" >&2; exit 1; fi
      sleep "$INTERVAL"
      waited=$((waited + INTERVAL))
    done
  env:
  - {name: FILE, value: {{ .Values.waitForFile.path | quote }}}
  - {name: TIMEOUT, value: {{ .Values.waitForFile.timeoutSeconds | quote }}}
  - {name: INTERVAL, value: {{ .Values.waitForFile.intervalSeconds | quote }}}
  terminationMessagePolicy: FallbackToLogsOnError
  resources:
    requests: {cpu: 10m, memory: 16Mi}
    limits: {memory: 32Mi}
  securityContext:
    {{- include "usersync.unprivileged" . | nindent 4 }}
  volumeMounts:
    {{- include "usersync.inputMounts" . | nindent 4 }}
{{- end -}}
