package chart

import (
	"maps"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// podMonitor and prometheusRule are what the chart uses of the types of the Prometheus operator.
type podMonitor struct {
	metav1.TypeMeta
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Selector            metav1.LabelSelector `json:"selector"`
		PodMetricsEndpoints []struct {
			Port     string `json:"port"`
			Interval string `json:"interval"`
		} `json:"podMetricsEndpoints"`
	} `json:"spec"`
}

type prometheusRule struct {
	metav1.TypeMeta
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Groups []struct {
			Name  string `json:"name"`
			Rules []struct {
				Alert       string            `json:"alert"`
				Expr        string            `json:"expr"`
				For         string            `json:"for,omitempty"`
				Labels      map[string]string `json:"labels"`
				Annotations map[string]string `json:"annotations"`
			} `json:"rules"`
		} `json:"groups"`
	} `json:"spec"`
}

// newObject returns an empty object of a kind; nil if the chart must not render the kind.
func newObject(kind metav1.TypeMeta) metav1.Object {
	switch kind.APIVersion + " " + kind.Kind {
	case "batch/v1 CronJob":
		return &batchv1.CronJob{}
	case "batch/v1 Job":
		return &batchv1.Job{}
	case "v1 ConfigMap":
		return &corev1.ConfigMap{}
	case "v1 PersistentVolumeClaim":
		return &corev1.PersistentVolumeClaim{}
	case "v1 Pod":
		return &corev1.Pod{}
	case "v1 ServiceAccount":
		return &corev1.ServiceAccount{}
	case "networking.k8s.io/v1 NetworkPolicy":
		return &networkingv1.NetworkPolicy{}
	case "monitoring.coreos.com/v1 PodMonitor":
		return &podMonitor{}
	case "monitoring.coreos.com/v1 PrometheusRule":
		return &prometheusRule{}
	}
	return nil
}

// objects parses every document of a render strictly: an unknown key is an error, and so is
// one that is given twice.
func objects(t *testing.T, files map[string]string) (all []metav1.Object) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, text := range strings.Split("\n"+files[name], "\n---\n") {
			if strings.TrimSpace(text) == "" {
				continue
			}
			var kind metav1.TypeMeta
			if err := yaml.Unmarshal([]byte(text), &kind); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			object := newObject(kind)
			if object == nil {
				t.Fatalf("%s: a %s %s", name, kind.APIVersion, kind.Kind)
			}
			if err := yaml.UnmarshalStrict([]byte(text), object); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all = append(all, object)
		}
	}
	return all
}

// rendered is the objects of one case.
func rendered(t *testing.T, values map[string]any) []metav1.Object {
	t.Helper()
	return objects(t, nightly.mustRender(t, values))
}

// jobs returns the specs of all Jobs, also of those that a CronJob makes.
func jobs(all []metav1.Object) (found []batchv1.JobSpec) {
	for _, object := range all {
		switch o := object.(type) {
		case *batchv1.CronJob:
			found = append(found, o.Spec.JobTemplate.Spec)
		case *batchv1.Job:
			found = append(found, o.Spec)
		}
	}
	return found
}

// pods returns all pods: of Jobs, and the shell.
func pods(all []metav1.Object) (found []corev1.PodTemplateSpec) {
	for _, job := range jobs(all) {
		found = append(found, job.Template)
	}
	for _, object := range all {
		if shell, ok := object.(*corev1.Pod); ok {
			found = append(found, corev1.PodTemplateSpec{ObjectMeta: shell.ObjectMeta, Spec: shell.Spec})
		}
	}
	return found
}

// only returns the objects of one type.
func only[T metav1.Object](all []metav1.Object) (found []T) {
	for _, object := range all {
		if o, ok := object.(T); ok {
			found = append(found, o)
		}
	}
	return found
}

func TestObjectsAreStrict(t *testing.T) {
	for name, values := range cases(t) {
		for _, object := range rendered(t, values) {
			if object.GetName() == "" && object.GetGenerateName() == "" {
				t.Errorf("%s: a %T has no name", name, object)
			}
			for _, problem := range validation.IsDNS1123Label(object.GetName()) {
				t.Errorf("%s: %s: %s", name, object.GetName(), problem)
			}
		}
	}
}

// TestPodsAreRestricted asks the admission of Kubernetes itself.
func TestPodsAreRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	for name, values := range cases(t) {
		for _, pod := range pods(rendered(t, values)) {
			for _, result := range evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec) {
				if !result.Allowed {
					t.Errorf("%s: %s: %s", name, result.ForbiddenReason, result.ForbiddenDetail)
				}
			}
			for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
				if c.Name != "fetch" && (c.SecurityContext.ReadOnlyRootFilesystem == nil || !*c.SecurityContext.ReadOnlyRootFilesystem) {
					t.Errorf("%s: %s can write to its root", name, c.Name)
				}
			}
			if *pod.Spec.AutomountServiceAccountToken || *pod.Spec.EnableServiceLinks {
				t.Errorf("%s: a pod has access to the cluster", name)
			}
		}
	}
}

// TestNetworkPolicySelectsEveryPod holds for the shell, too.
func TestNetworkPolicySelectsEveryPod(t *testing.T) {
	for name, values := range cases(t) {
		all := rendered(t, values)
		for _, p := range only[*networkingv1.NetworkPolicy](all) {
			for _, pod := range pods(all) {
				if !labels.SelectorFromSet(p.Spec.PodSelector.MatchLabels).Matches(labels.Set(pod.Labels)) {
					t.Errorf("%s: no policy for a pod with the labels %v", name, pod.Labels)
				}
			}
		}
	}
}

func TestNetworkPolicyOpensTheLedger(t *testing.T) {
	policy := only[*networkingv1.NetworkPolicy](rendered(t, cases(t)["shards"]))[0]
	var open []int32
	for _, rule := range policy.Spec.Egress {
		for _, port := range rule.Ports {
			open = append(open, port.Port.IntVal)
			if port.Port.IntVal == 53 && len(rule.To) != 1 {
				t.Errorf("DNS goes to %v", rule.To)
			}
		}
	}
	if want := []int32{53, 53, 443, 6432, 8443}; !slices.Equal(open, want) {
		t.Errorf("ports %v, not %v", open, want)
	}
}

// TestVolumesExist checks that each mount has a volume, and each claim an object or a name
// from the values.
func TestVolumesExist(t *testing.T) {
	for name, values := range cases(t) {
		all := rendered(t, values)
		claims := map[string]bool{"runs": true, "exports": true}
		for _, claim := range only[*corev1.PersistentVolumeClaim](all) {
			claims[claim.Name] = true
			if keep := claim.Annotations["helm.sh/resource-policy"]; keep != "keep" && claim.Name != "usersync-scim-exports" {
				t.Errorf("%s: helm uninstall deletes %s", name, claim.Name)
			}
		}
		for _, pod := range pods(all) {
			volumes := map[string]bool{}
			for _, v := range pod.Spec.Volumes {
				volumes[v.Name] = true
				if v.PersistentVolumeClaim != nil && !claims[v.PersistentVolumeClaim.ClaimName] {
					t.Errorf("%s: no claim %s", name, v.PersistentVolumeClaim.ClaimName)
				}
			}
			for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
				for _, mount := range c.VolumeMounts {
					if !volumes[mount.Name] {
						t.Errorf("%s: no volume %s", name, mount.Name)
					}
				}
			}
		}
	}
}
