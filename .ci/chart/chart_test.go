// Package chart tests deploy/helm/usersync: what it renders, what it refuses, and that
// deploy/kubernetes is rendered from it. It is a module of its own, so that the program's
// go.mod does not name Helm.
package chart

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write the golden files and deploy/kubernetes")

const chartDir = "../../deploy/helm/usersync"

// release is what helm is told on its command line, besides values.
type release struct{ name, namespace, service string }

var nightly = release{name: "usersync", namespace: "sync", service: "Helm"}

// render returns the rendered files by their base name, without those that are empty.
func (r release) render(values map[string]any) (map[string]string, error) {
	c, err := loader.Load(chartDir)
	if err != nil {
		return nil, err
	}
	caps, err := common.ParseKubeVersion("v1.29.0")
	if err != nil {
		return nil, err
	}
	all := *common.DefaultCapabilities
	all.KubeVersion = *caps
	options := common.ReleaseOptions{Name: r.name, Namespace: r.namespace, Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(c, values, options, &all)
	if err != nil {
		return nil, err
	}
	top["Release"].(map[string]any)["Service"] = r.service
	files, err := engine.Render(c, top)
	if err != nil {
		return nil, err
	}
	rendered := map[string]string{}
	for name, text := range files {
		if strings.TrimSpace(text) != "" {
			rendered[filepath.Base(name)] = strings.TrimSpace(text) + "\n"
		}
	}
	return rendered, nil
}

// mustRender renders objects only.
func (r release) mustRender(t *testing.T, values map[string]any) map[string]string {
	t.Helper()
	files, err := r.render(values)
	if err != nil {
		t.Fatal(err)
	}
	delete(files, "NOTES.txt")
	return files
}

// parseValues parses values the way helm does: numbers stay as they were written.
func parseValues(t *testing.T, text string) map[string]any {
	t.Helper()
	values, err := common.ReadValues([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func readValues(t *testing.T, path string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parseValues(t, string(text))
}

// cases returns the values in testdata/cases by name.
func cases(t *testing.T) map[string]map[string]any {
	t.Helper()
	paths, err := filepath.Glob("testdata/cases/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	all := map[string]map[string]any{}
	for _, path := range paths {
		all[strings.TrimSuffix(filepath.Base(path), ".yaml")] = readValues(t, path)
	}
	return all
}

// joined is all files of a render in one, in the order of their names.
func joined(files map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&b, "---\n# Source: usersync/templates/%s\n%s", name, files[name])
	}
	return b.String()
}

// compare compares text with a file, or writes the file with -update.
func compare(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text {
		t.Errorf("%s differs from what the chart renders: run go test -C .ci/chart ./... -update, and read the diff\n%s", path, firstDifference(string(want), text))
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n  file:     %s\n  rendered: %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines in the file, %d rendered", len(a), len(b))
}

// TestLint is helm lint --strict: a warning is an error.
func TestLint(t *testing.T) {
	for name, values := range cases(t) {
		result := lint.RunAll(chartDir, values, nightly.namespace)
		for _, m := range result.Messages {
			// The chart has no icon; helm says so as information.
			if m.Severity >= support.WarningSev {
				t.Errorf("%s: %v", name, m)
			}
		}
	}
}

func TestLintWithDefaults(t *testing.T) {
	result := lint.RunAll(chartDir, map[string]any{}, nightly.namespace)
	for _, m := range result.Messages {
		if m.Severity >= support.WarningSev {
			t.Error(m)
		}
	}
}

func TestGolden(t *testing.T) {
	for name, values := range cases(t) {
		t.Run(name, func(t *testing.T) {
			compare(t, filepath.Join("testdata", "golden", name+".yaml"), joined(nightly.mustRender(t, values)))
		})
	}
	golden, err := filepath.Glob("testdata/golden/*.yaml")
	if err != nil || len(golden) != len(cases(t)) {
		t.Errorf("%d golden files, %v", len(golden), err)
	}
}

// TestKustomizeBase compares deploy/kubernetes with what the chart renders from its
// values.yaml.
func TestKustomizeBase(t *testing.T) {
	dir := "../../deploy/kubernetes"
	values := readValues(t, filepath.Join(dir, "values.yaml"))
	files := release{name: "usersync", namespace: "default", service: "kustomize"}.mustRender(t, values)
	if len(files) < 6 {
		t.Errorf("the chart renders only %v", slices.Sorted(maps.Keys(files)))
	}
	for name, text := range files {
		compare(t, filepath.Join(dir, name), text)
	}
}

// TestNamesOfJobsHaveTheTime renders what is made once without a name of its own.
func TestNamesOfJobsHaveTheTime(t *testing.T) {
	values := readValues(t, "testdata/cases/nightly.yaml")
	values["job"] = map[string]any{"args": []any{"ledger", "resolve", "4711", "--absent"}}
	values["shell"] = map[string]any{"enabled": true}
	files := nightly.mustRender(t, values)
	for name, want := range map[string]string{"job.yaml": "ledger", "shell.yaml": "shell"} {
		var object struct{ Metadata struct{ Name string } }
		if err := yaml.Unmarshal([]byte(files[name]), &object); err != nil {
			t.Fatal(err)
		}
		if got := object.Metadata.Name; !regexp.MustCompile(`^usersync-` + want + `-\d{8}-\d{6}$`).MatchString(got) {
			t.Errorf("%s is called %s", name, got)
		}
	}
}
