package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func monitoring(name string) string { return filepath.Join("..", "..", "deploy", "monitoring", name) }

// The rules say when they should, and promtool has no objection.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"check", "rules", monitoring("usersync.rules.yml")}, {"test", "rules", monitoring("usersync.rules.test.yml")}} {
		if out, err := exec.Command("promtool", args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

// The expressions of the dashboard parse, and name only metrics that there are.
func TestDashboard(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(monitoring("usersync.dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	rules := "groups:\n  - name: dashboard\n    rules:\n"
	count := 0
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			count++
			rules += "      - {record: dashboard:panel, labels: {panel: '" + p.Title + "', n: '" + strings.Repeat("i", count) + "'}, expr: '" + target.Expr + "'}\n"
		}
	}
	if count < 9 {
		t.Errorf("the dashboard has %d expressions", count)
	}
	path := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(path, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("promtool", "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	checkNames(t, rules)
}

func TestAlertsNameMetrics(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(monitoring("usersync.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	checkNames(t, string(data))
}

// checkNames checks that every metric in a text is one that a run has.
func checkNames(t *testing.T, text string) {
	t.Helper()
	file, users := filepath.Join(t.TempDir(), "run.prom"), "id,enrolled_rewards\nu-1,CARDLINKED\n"
	if code := execute(t.Context(), []string{"run", "--to", "kard", "--sandbox", "--runs-dir", filepath.Join(t.TempDir(), "runs"), "--metrics-file", file, "-"},
		strings.NewReader(users), io.Discard, io.Discard); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	data, err := os.ReadFile(strings.TrimSuffix(file, ".prom") + "-kard-sandbox.prom")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`usersync_[a-z_]+`).FindAllString(text, -1) {
		if !strings.Contains(string(data), "\n"+name+"{") {
			t.Errorf("there is no metric %s", name)
		}
	}
}
