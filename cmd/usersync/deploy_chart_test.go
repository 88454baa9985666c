package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// chartRender is what a golden file of .ci/chart holds: what Helm renders from values.
type chartRender struct {
	config string
	pod    *corev1.PodSpec
}

func readChartRender(t *testing.T, path string) (r chartRender) {
	t.Helper()
	for _, text := range strings.Split("\n"+readDeployed(t, ".ci", "chart", "testdata", "golden", path), "\n---\n") {
		var kind struct{ Kind string }
		if err := yaml.Unmarshal([]byte(text), &kind); err != nil {
			t.Fatal(err)
		}
		var config corev1.ConfigMap
		var night batchv1.CronJob
		var once batchv1.Job
		into := map[string]any{"ConfigMap": &config, "CronJob": &night, "Job": &once}[kind.Kind]
		if into == nil {
			continue
		}
		if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
			t.Fatal(err)
		}
		switch {
		case kind.Kind == "CronJob":
			r.pod = &night.Spec.JobTemplate.Spec.Template.Spec
		case kind.Kind == "Job" && r.pod == nil:
			r.pod = &once.Spec.Template.Spec
		case config.Data["usersync.yaml"] != "":
			r.config = config.Data["usersync.yaml"]
		}
	}
	return r
}

var (
	configFile  = regexp.MustCompile(`file:(/[^\s,}\]]+)`)
	configInput = regexp.MustCompile(`/[a-z/]+/users\.csv`)
	configTo    = regexp.MustCompile(`(?m)^to: (\w+)$`)
)

// TestChartConfigs validates with the program itself what the chart renders, in the
// environment of its pods. So the chart can set nothing that the program does not know.
func TestChartConfigs(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join("..", "..", ".ci", "chart", "testdata", "golden", "*.yaml"))
	if err != nil || len(paths) < 4 {
		t.Fatalf("%d golden files, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			r := readChartRender(t, filepath.Base(path))
			c := r.pod.Containers[0]
			files := []string{"/config/usersync.yaml"}
			for _, m := range configFile.FindAllStringSubmatch(r.config, -1) {
				files = append(files, m[1])
			}
			input := configInput.FindString(r.config)
			places := []string{filepath.Dir(input)}
			for _, mount := range c.VolumeMounts {
				places = append(places, mount.MountPath)
			}
			place := newMachine(t, places...)
			for _, file := range files[1:] {
				place.write(t, file, strings.Repeat("0f", 32))
			}
			place.write(t, files[0], place.relocate(r.config))
			place.users(t, configTo.FindStringSubmatch(r.config)[1]+".csv", input)
			var env []string
			for _, v := range c.Env {
				if v.Value == "" {
					v.Value = "hush"
				}
				env = append(env, v.Name+"="+place.relocate(v.Value))
			}
			if code, out := place.run(t, env, "usersync", "validate"); code != 0 {
				t.Errorf("exit code %d\n%s\n%s", code, out, r.config)
			}
		})
	}
}
