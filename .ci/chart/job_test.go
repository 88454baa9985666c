package chart

import (
	"fmt"
	"slices"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// TestPodFailurePolicy checks the rules and their order: an exit code decides before the
// reason why a pod ended, and what no rule names is counted.
func TestPodFailurePolicy(t *testing.T) {
	for name, values := range cases(t) {
		for _, job := range jobs(rendered(t, values)) {
			var rules []string
			for _, rule := range job.PodFailurePolicy.Rules {
				text := string(rule.Action)
				if on := rule.OnExitCodes; on != nil {
					text += fmt.Sprint(" ", *on.ContainerName, " ", on.Operator, " ", on.Values)
				}
				for _, on := range rule.OnPodConditions {
					text += fmt.Sprint(" ", on.Type, "=", on.Status)
				}
				rules = append(rules, text)
			}
			want := []string{
				"FailJob usersync In [1 2 4 7]",
				"FailIndex usersync In [3 6 10]",
				"Ignore DisruptionTarget=True",
			}
			if !slices.Equal(rules, want) {
				t.Errorf("%s: %q", name, rules)
			}
		}
	}
}

func TestJobsAreIndexed(t *testing.T) {
	for name, values := range cases(t) {
		for _, job := range jobs(rendered(t, values)) {
			switch {
			case *job.CompletionMode != batchv1.IndexedCompletion:
				t.Errorf("%s: not an Indexed Job", name)
			case *job.Completions != *job.Parallelism:
				t.Errorf("%s: %d completions, %d at once", name, *job.Completions, *job.Parallelism)
			case job.BackoffLimitPerIndex == nil || job.BackoffLimit != nil || job.MaxFailedIndexes != nil || job.SuccessPolicy != nil:
				t.Errorf("%s: tries are not counted for each index alone", name)
			case *job.PodReplacementPolicy != batchv1.Failed:
				t.Errorf("%s: a pod is replaced while it may still run", name)
			case job.ActiveDeadlineSeconds == nil || *job.ActiveDeadlineSeconds >= 24*3600 || job.TTLSecondsAfterFinished == nil:
				t.Errorf("%s: a Job that hangs, or has ended, stays", name)
			case job.Template.Spec.RestartPolicy != corev1.RestartPolicyNever:
				t.Errorf("%s: podFailurePolicy needs restartPolicy: Never", name)
			}
		}
	}
}

// TestShardsDriveEverything compares what one value decides.
func TestShardsDriveEverything(t *testing.T) {
	values := cases(t)["shards"]
	values["job"] = map[string]any{"args": []any{"retry"}}
	all := rendered(t, values)
	night := only[*batchv1.CronJob](all)[0].Spec.JobTemplate.Spec
	if *night.Completions != 8 || *night.Parallelism != 8 {
		t.Errorf("%d completions, %d at once", *night.Completions, *night.Parallelism)
	}
	if once := only[*batchv1.Job](all)[0].Spec; *once.Completions != 1 {
		t.Errorf("a retry has %d pods", *once.Completions)
	}
	if env := environment(night); env["USERSYNC_SHARD_COUNT"] != "8" || env["USERSYNC_RUN_ID"] != "metadata.labels['batch.kubernetes.io/job-name']" {
		t.Errorf("a shard has the environment %v", env)
	}
	if _, split := environment(only[*batchv1.Job](all)[0].Spec)["USERSYNC_SHARD_COUNT"]; split {
		t.Error("a retry is told that it is a shard")
	}
	values["job"] = map[string]any{"args": []any{"run", "--adopt", "read"}, "sharded": true}
	if once := only[*batchv1.Job](rendered(t, values))[0].Spec; *once.Completions != 8 {
		t.Errorf("a run in shards has %d pods", *once.Completions)
	}
}

// TestPodsGiveWayToANewNode checks the tolerations, and the termination message.
func TestPodsGiveWayToANewNode(t *testing.T) {
	for name, values := range cases(t) {
		for _, job := range jobs(rendered(t, values)) {
			var seconds []int64
			for _, toleration := range job.Template.Spec.Tolerations {
				seconds = append(seconds, *toleration.TolerationSeconds)
			}
			if !slices.Equal(seconds, []int64{60, 60}) {
				t.Errorf("%s: tolerated for %v seconds", name, seconds)
			}
			if c := job.Template.Spec.Containers[0]; c.TerminationMessagePolicy != corev1.TerminationMessageFallbackToLogsOnError {
				t.Errorf("%s: a kill leaves no message", name)
			}
		}
	}
}

// TestArgumentsAreTexts has ids that helm reads as numbers.
func TestArgumentsAreTexts(t *testing.T) {
	values := parseValues(t, "config: {to: kard}\njob: {args: [explain, 4711, 9007199254740991, '0042']}")
	got := only[*batchv1.Job](rendered(t, values))[0].Spec.Template.Spec.Containers[0].Args
	if !slices.Equal(got, []string{"explain", "4711", "9007199254740991", "0042"}) {
		t.Errorf("%q", got)
	}
}

// environment is what the variables of a Job's pod are, or where they come from.
func environment(job batchv1.JobSpec) map[string]string {
	env := map[string]string{}
	for _, v := range job.Template.Spec.Containers[0].Env {
		env[v.Name] = v.Value
		if v.ValueFrom != nil && v.ValueFrom.FieldRef != nil {
			env[v.Name] = v.ValueFrom.FieldRef.FieldPath
		}
	}
	return env
}

// TestGraceIsOneValue compares what Kubernetes does with what the program is told.
func TestGraceIsOneValue(t *testing.T) {
	for name, values := range cases(t) {
		for _, job := range jobs(rendered(t, values)) {
			if told := environment(job)["USERSYNC_GRACE_PERIOD"]; told != fmt.Sprintf("%ds", *job.Template.Spec.TerminationGracePeriodSeconds) {
				t.Errorf("%s: the program is told %s", name, told)
			}
		}
	}
}
