{{/* A Job's spec. Its dict: root, args, count. Always Indexed, also for one pod. */}}
{{- define "usersync.job" -}}
{{- $v := .root.Values -}}
completionMode: Indexed
completions: {{ .count }}
parallelism: {{ .count }}
backoffLimitPerIndex: {{ $v.backoffLimitPerIndex }}
podReplacementPolicy: Failed          # a pod whose node is lost is not replaced while it may still run
activeDeadlineSeconds: {{ $v.activeDeadlineSeconds }}
ttlSecondsAfterFinished: {{ $v.ttlSecondsAfterFinished }}
podFailurePolicy:                     # usersync help exit-codes; the first rule that matches counts
  rules:
  - action: FailJob                   # needs a person: another pod would end the same way
    onExitCodes: {containerName: usersync, operator: In, values: [1, 2, 4, 7]}
  - action: FailIndex                 # the run has ended: rejects, users in doubt, or no time left
    onExitCodes: {containerName: usersync, operator: In, values: [3, 6, 10]}
  - action: Ignore                    # a drained node does not use up a try
    onPodConditions:
    - {type: DisruptionTarget, status: "True"}
  # Everything else is counted, 5 and 8 as well: the next pod continues the run.
template:
  {{- include "usersync.pod" . | nindent 2 }}
{{- end -}}
