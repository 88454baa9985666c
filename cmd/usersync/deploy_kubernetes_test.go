package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"usersync/cmd/usersync/internal/exit"
)

// manifests holds the files of deploy/kubernetes, parsed into Kubernetes' own types. An
// unknown key is an error.
type manifests struct {
	job      batchv1.CronJob
	config   corev1.ConfigMap
	secret   corev1.Secret
	claims   []corev1.PersistentVolumeClaim
	policy   networkingv1.NetworkPolicy
	shell    corev1.Pod
	account  corev1.ServiceAccount
	included []string
}

func readManifests(t *testing.T) *manifests {
	t.Helper()
	m := &manifests{}
	var bundle struct {
		APIVersion, Kind string
		Resources        []string
		Images           []struct{ Name, NewName, NewTag string }
	}
	parseStrictly(t, "kustomization.yaml", &bundle)
	m.included = bundle.Resources
	parseStrictly(t, "cronjob.yaml", &m.job)
	parseStrictly(t, "configmap.yaml", &m.config)
	parseStrictly(t, "secret.yaml.example", &m.secret)
	parseStrictly(t, "networkpolicy.yaml", &m.policy)
	parseStrictly(t, "shell.yaml", &m.shell)
	parseStrictly(t, "serviceaccount.yaml", &m.account)
	var runs, exports corev1.PersistentVolumeClaim
	parseStrictly(t, "volumes.yaml", &runs, &exports)
	m.claims = []corev1.PersistentVolumeClaim{runs, exports}
	return m
}

func parseStrictly(t *testing.T, name string, documents ...any) {
	t.Helper()
	texts := strings.Split(readDeployed(t, "deploy", "kubernetes", name), "\n---\n")
	if len(texts) != len(documents) {
		t.Fatalf("%s holds %d documents", name, len(texts))
	}
	for i, document := range documents {
		if err := yaml.UnmarshalStrict([]byte(texts[i]), document); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

// pod is what the CronJob starts.
func (m *manifests) pod() *corev1.PodSpec { return &m.job.Spec.JobTemplate.Spec.Template.Spec }

func TestKubernetesKinds(t *testing.T) {
	t.Parallel()
	m := readManifests(t)
	for want, got := range map[string]string{
		"batch/v1 CronJob":                   m.job.APIVersion + " " + m.job.Kind,
		"v1 ConfigMap":                       m.config.APIVersion + " " + m.config.Kind,
		"v1 Secret":                          m.secret.APIVersion + " " + m.secret.Kind,
		"v1 Pod":                             m.shell.APIVersion + " " + m.shell.Kind,
		"v1 ServiceAccount":                  m.account.APIVersion + " " + m.account.Kind,
		"networking.k8s.io/v1 NetworkPolicy": m.policy.APIVersion + " " + m.policy.Kind,
		"v1 PersistentVolumeClaim":           m.claims[0].APIVersion + " " + m.claims[0].Kind,
		" v1 PersistentVolumeClaim":          " " + m.claims[1].APIVersion + " " + m.claims[1].Kind,
	} {
		if got != want {
			t.Errorf("%s is a %s", want, got)
		}
	}
	files, err := os.ReadDir(filepath.Join("..", "..", "deploy", "kubernetes"))
	if err != nil {
		t.Fatal(err)
	}
	alone := []string{"kustomization.yaml", "secret.yaml.example", "shell.yaml", "values.yaml"}
	for _, file := range files {
		if slices.Contains(m.included, file.Name()) == slices.Contains(alone, file.Name()) {
			t.Errorf("%s should be in the kustomization, or should not", file.Name())
		}
	}
}

// TestKubernetesRuns runs the container's own arguments, with its variables and
// its volumes.
func TestKubernetesRuns(t *testing.T) {
	t.Parallel()
	m := readManifests(t)
	c := m.pod().Containers[0]
	var places, env []string
	for _, mount := range c.VolumeMounts {
		places = append(places, mount.MountPath)
	}
	place := newMachine(t, places...)
	for _, v := range c.Env {
		if v.ValueFrom == nil {
			env = append(env, place.relocate(v.Name+"="+v.Value))
			continue
		}
		if _, ok := m.secret.StringData[v.ValueFrom.SecretKeyRef.Key]; !ok || v.ValueFrom.SecretKeyRef.Name != m.secret.Name {
			t.Errorf("%s is not in the example secret", v.Name)
		}
		env = append(env, v.Name+"=hush")
	}
	place.users(t, "kard.csv", "/exports/users.csv")
	for name, text := range m.config.Data {
		place.write(t, "/config/"+name, place.relocate(text))
	}
	args := strings.Split(place.relocate(strings.Join(c.Args, "\n")), "\n")
	// Not the root of the volume: it belongs to root, and would be refused.
	place.validateAndRun(t, env, args, "/data/usersync/runs")
}

func TestKubernetesVolumes(t *testing.T) {
	t.Parallel()
	m := readManifests(t)
	claims := map[string]bool{m.claims[0].Name: true, m.claims[1].Name: true}
	for _, v := range slices.Concat(m.pod().Volumes, m.shell.Spec.Volumes) {
		switch {
		case v.EmptyDir != nil:
		case v.PersistentVolumeClaim != nil && claims[v.PersistentVolumeClaim.ClaimName]:
		case v.ConfigMap != nil && v.ConfigMap.Name == m.config.Name:
		default:
			t.Errorf("no manifest creates the volume %s", v.Name)
		}
	}
	if c := m.shell.Spec.InitContainers[0]; c.Image != m.pod().Containers[0].Image || c.Args[0] != "--copy-to" {
		t.Errorf("the program of the shell comes from %s %v", c.Image, c.Args)
	}
	for _, mount := range m.pod().Containers[0].VolumeMounts {
		if mount.ReadOnly == (mount.Name == "data") {
			t.Errorf("%s: read-only is %v", mount.Name, mount.ReadOnly)
		}
	}
}

// whatTheIndexDoes is what podFailurePolicy says of each exit code: the Job fails at once if a
// person is needed now, the index if the run has ended, and another pod continues the rest.
var whatTheIndexDoes = map[int]batchv1.PodFailurePolicyAction{
	exit.Internal: batchv1.PodFailurePolicyActionFailJob,
	exit.Misuse:   batchv1.PodFailurePolicyActionFailJob,
	exit.Guard:    batchv1.PodFailurePolicyActionFailJob,
	exit.Denied:   batchv1.PodFailurePolicyActionFailJob,
	exit.Rejects:  batchv1.PodFailurePolicyActionFailIndex,
	exit.Doubt:    batchv1.PodFailurePolicyActionFailIndex,
	exit.Budget:   batchv1.PodFailurePolicyActionFailIndex,
}

// TestKubernetesFailsByExitCode compares podFailurePolicy with the exit codes.
func TestKubernetesFailsByExitCode(t *testing.T) {
	t.Parallel()
	m := readManifests(t)
	job := m.job.Spec.JobTemplate.Spec
	action := map[int32]batchv1.PodFailurePolicyAction{}
	for _, rule := range job.PodFailurePolicy.Rules {
		if rule.OnExitCodes == nil {
			continue
		}
		if rule.OnExitCodes.Operator != batchv1.PodFailurePolicyOnExitCodesOpIn || *rule.OnExitCodes.ContainerName != m.pod().Containers[0].Name {
			t.Errorf("a rule that this test cannot read: %+v", rule.OnExitCodes)
		}
		if !slices.IsSorted(rule.OnExitCodes.Values) || slices.Contains(rule.OnExitCodes.Values, 0) {
			t.Errorf("codes must be sorted, without 0: %v", rule.OnExitCodes.Values)
		}
		for _, code := range rule.OnExitCodes.Values {
			if _, twice := action[code]; twice {
				t.Errorf("exit code %d is in two rules", code)
			}
			action[code] = rule.Action
		}
	}
	for _, m := range exit.Meanings() {
		if got := action[int32(m.Code)]; got != whatTheIndexDoes[m.Code] {
			t.Errorf("exit code %d: %q, not %q", m.Code, got, whatTheIndexDoes[m.Code])
		}
	}
	for _, code := range retried {
		if action[int32(code)] == batchv1.PodFailurePolicyActionFailJob {
			t.Errorf("exit code %d fails the Job, but another try would do", code)
		}
	}
	if job.BackoffLimitPerIndex == nil || *job.BackoffLimitPerIndex < 1 || m.pod().RestartPolicy != corev1.RestartPolicyNever {
		t.Error("another pod needs a backoffLimitPerIndex, and podFailurePolicy needs restartPolicy: Never")
	}
}

func TestKubernetesStartsOneAtATime(t *testing.T) {
	t.Parallel()
	spec := readManifests(t).job.Spec
	if spec.ConcurrencyPolicy != batchv1.ForbidConcurrent {
		t.Errorf("concurrencyPolicy: %s", spec.ConcurrencyPolicy)
	}
	if late := spec.StartingDeadlineSeconds; late == nil || *late < 60 {
		t.Error("a night that the controller missed is lost, or can start at any time")
	}
	if most := spec.JobTemplate.Spec.ActiveDeadlineSeconds; most == nil || time.Duration(*most)*time.Second >= 24*time.Hour {
		t.Error("a job that hangs blocks the next night")
	}
}

func TestKubernetesStopsGently(t *testing.T) {
	t.Parallel()
	grace := readManifests(t).pod().TerminationGracePeriodSeconds
	if grace == nil || time.Duration(*grace)*time.Second <= callTimeout(t) {
		t.Errorf("the grace period is not longer than a call, %v", callTimeout(t))
	}
}

func TestKubernetesPodsAreUnprivileged(t *testing.T) {
	t.Parallel()
	m := readManifests(t)
	image := of(readDockerfile(t), "", "USER")[0]
	for name, spec := range map[string]*corev1.PodSpec{"cronjob": m.pod(), "shell": &m.shell.Spec} {
		s := spec.SecurityContext
		for _, container := range slices.Concat(spec.InitContainers, spec.Containers) {
			c := container.SecurityContext
			if *c.AllowPrivilegeEscalation || !*c.ReadOnlyRootFilesystem || !slices.Equal(c.Capabilities.Drop, []corev1.Capability{"ALL"}) || len(c.Capabilities.Add) > 0 {
				t.Errorf("%s: %s is not unprivileged", name, container.Name)
			}
		}
		switch {
		case len(spec.Containers) != 1 || len(spec.InitContainers) != map[string]int{"shell": 1}[name]:
			t.Errorf("%s: more containers than expected", name)
		case *spec.AutomountServiceAccountToken || *spec.EnableServiceLinks:
			t.Errorf("%s: it has access to the cluster", name)
		case !*s.RunAsNonRoot || *s.RunAsUser != *s.FSGroup || !strings.HasPrefix(image, fmt.Sprintf("%d:", *s.RunAsUser)):
			t.Errorf("%s: not the user of the image", name)
		case *s.FSGroupChangePolicy != corev1.FSGroupChangeOnRootMismatch:
			t.Errorf("%s: the group would get access to files of mode 0600", name)
		case s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault:
			t.Errorf("%s: no seccomp profile", name)
		}
	}
	// The limit that TestProofMemory checks, with some room.
	if limit := m.pod().Containers[0].Resources.Limits.Memory(); limit.Cmp(resource.MustParse("96Mi")) <= 0 {
		t.Errorf("the memory limit is %s", limit)
	}
}
