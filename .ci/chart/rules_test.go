package chart

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"
)

// TestAlertRules has promtool check the rules of the chart and run testdata/rules.test.yml
// on them.
func TestAlertRules(t *testing.T) {
	values := readValues(t, "testdata/cases/nightly.yaml")
	values["prometheusRule"] = map[string]any{"enabled": true}
	rule := only[*prometheusRule](rendered(t, values))[0]
	text, err := yaml.Marshal(rule.Spec)
	if err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile("testdata/rules.test.yml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{"rules.yml": text, "rules.test.yml": tests} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"check", "rules", "--lint-fatal", "rules.yml"}, {"test", "rules", "rules.test.yml"}} {
		cmd := exec.Command("promtool", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

// TestDashboardIsThatOfMonitoring compares the chart's copy: a chart cannot read files
// outside of its folder.
func TestDashboardIsThatOfMonitoring(t *testing.T) {
	want, err := os.ReadFile("../../deploy/monitoring/usersync.dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join(chartDir, "files", "dashboard.json"), string(want))
}
