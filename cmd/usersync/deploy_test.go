package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/exit"
)

// readDeployed reads a file of the repository. path is relative to its root.
func readDeployed(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// machine is a temporary directory with the layout of a deployment: /etc/usersync of a
// manifest is etc/usersync in it.
type machine struct {
	dir    string
	places []string
}

func newMachine(t *testing.T, places ...string) *machine {
	t.Helper()
	m := &machine{t.TempDir(), places}
	for _, place := range places {
		if err := os.MkdirAll(m.at(place), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// at is where a path of the deployment is on the machine.
func (m *machine) at(path string) string { return filepath.Join(m.dir, path) }

// relocate returns text with the places of the deployment replaced by those in m.
func (m *machine) relocate(text string) string {
	var pairs []string
	for _, place := range m.places {
		pairs = append(pairs, place, m.at(place))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (m *machine) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(m.at(path), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// users copies one of the example inputs to path.
func (m *machine) users(t *testing.T, name, path string) {
	t.Helper()
	m.write(t, path, readDeployed(t, "testdata", "users", name))
}

// run runs the program with no other environment than env, and returns its exit code
// and everything it printed.
func (m *machine) run(t *testing.T, env []string, name string, args ...string) (int, string) {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = m.dir, append([]string{"GOCOVERDIR=" + m.dir}, env...)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// validateAndRun validates with the deployment's arguments, runs them against the
// sandbox, and looks for the results where the deployment keeps them.
func (m *machine) validateAndRun(t *testing.T, env, runArgs []string, runs string) {
	t.Helper()
	if runArgs[0] != "run" {
		t.Fatalf("the program is started with %q", runArgs)
	}
	if code, out := m.run(t, env, "usersync", append([]string{"validate"}, runArgs[1:]...)...); code != 0 {
		t.Fatalf("validate: exit code %d\n%s", code, out)
	}
	if code, out := m.run(t, env, "usersync", append(runArgs, "--sandbox")...); code != 0 {
		t.Fatalf("run: exit code %d\n%s", code, out)
	}
	found, err := filepath.Glob(m.at(filepath.Join(runs, "*", "results.csv")))
	if err != nil || len(found) != 1 {
		t.Errorf("%d results in %s", len(found), runs)
	}
}

// sandboxServer starts `usersync sandbox` and returns its URL.
func sandboxServer(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("usersync", append([]string{"sandbox", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait() // killed, so it returns an error
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// retried are the exit codes after which the same command continues the run. Every
// other code except 0 needs a person.
var retried = []int{exit.Temporary, 10, exit.Terminate}

// needsPerson returns the exit codes that another try does not fix.
func needsPerson() []int {
	var codes []int
	for _, m := range exit.Meanings() {
		if m.Code != exit.OK && !slices.Contains(retried, m.Code) {
			codes = append(codes, m.Code)
		}
	}
	return codes
}
