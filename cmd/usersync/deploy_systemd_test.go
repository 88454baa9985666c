package main

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
)

// unit is a systemd unit file: section, then key, then its values in order.
type unit map[string]map[string][]string

func readUnit(t *testing.T, name string) unit {
	t.Helper()
	u, section := unit{}, ""
	for line := range strings.Lines(readDeployed(t, "deploy", "systemd", name)) {
		line = strings.TrimSpace(line)
		key, value, isValue := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
			u[section] = map[string][]string{}
		case isValue && section != "" && !strings.HasSuffix(value, `\`):
			u[section][key] = append(u[section][key], value)
		default:
			t.Fatalf("%s: cannot read %q", name, line)
		}
	}
	return u
}

// one returns the only value of a key.
func (u unit) one(t *testing.T, section, key string) string {
	t.Helper()
	if values := u[section][key]; len(values) == 1 {
		return values[0]
	}
	t.Fatalf("[%s] has %d values of %s=", section, len(u[section][key]), key)
	return ""
}

func TestSystemdService(t *testing.T) {
	t.Parallel()
	u := readUnit(t, "usersync.service")
	m := newMachine(t, "/etc/usersync", "/var/lib/usersync", "/srv/exports", "/run/credentials/usersync.service")
	m.users(t, "kard.csv", "/srv/exports/users.csv")
	m.write(t, "/etc/usersync/usersync.yaml", m.relocate(readDeployed(t, "deploy", "systemd", "usersync.yaml")))
	for _, credential := range u["Service"]["LoadCredential"] {
		name, path, _ := strings.Cut(credential, ":")
		if !strings.HasPrefix(path, "/etc/usersync/") {
			t.Errorf("the credential %s is read from %s", name, path)
		}
		m.write(t, "/run/credentials/usersync.service/"+name, "hush\n")
	}
	command := strings.Fields(u.one(t, "Service", "ExecStart"))
	if command[0] != "/usr/local/bin/usersync" {
		t.Errorf("the service starts %s", command[0])
	}
	m.validateAndRun(t, nil, strings.Fields(m.relocate(strings.Join(command[1:], " "))), "/var/lib/usersync/runs")
	if state := "/var/lib/" + u.one(t, "Service", "StateDirectory"); u.one(t, "Service", "WorkingDirectory") != state {
		t.Errorf("the service does not run in %s", state)
	}
}

// TestSystemdRetriesWhatIsTemporary compares the restarts with the exit codes.
func TestSystemdRetriesWhatIsTemporary(t *testing.T) {
	t.Parallel()
	u := readUnit(t, "usersync.service")
	var final []int
	for field := range strings.FieldsSeq(u.one(t, "Service", "RestartPreventExitStatus")) {
		code, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		final = append(final, code)
	}
	for _, code := range needsPerson() {
		if !slices.Contains(final, code) {
			t.Errorf("exit code %d would be retried", code)
		}
	}
	for _, code := range retried {
		if slices.Contains(final, code) {
			t.Errorf("exit code %d would not be retried", code)
		}
	}
	if how := u.one(t, "Service", "Restart"); how != "on-failure" {
		t.Errorf("Restart=%s", how)
	}
	if _, hides := u["Service"]["SuccessExitStatus"]; hides {
		t.Error("a code other than 0 counts as a success")
	}
}

func TestSystemdStopsGently(t *testing.T) {
	t.Parallel()
	u := readUnit(t, "usersync.service")
	stop, err := time.ParseDuration(u.one(t, "Service", "TimeoutStopSec"))
	if err != nil || stop <= callTimeout(t) {
		t.Errorf("TimeoutStopSec=%v is not longer than a call, %v: %v", stop, callTimeout(t), err)
	}
	if signal := u.one(t, "Service", "KillSignal"); signal != "SIGTERM" {
		t.Errorf("KillSignal=%s", signal)
	}
}

// callTimeout is the default timeout of a call.
func callTimeout(t *testing.T) time.Duration {
	t.Helper()
	timeout, _ := config.Schema(connect.Sections()).Find("timeout")
	d, err := time.ParseDuration(timeout.Default)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSystemdUnitsNameEachOther(t *testing.T) {
	t.Parallel()
	if hook := readUnit(t, "usersync.service").one(t, "Unit", "OnFailure"); hook != "usersync-failed.service" {
		t.Errorf("OnFailure=%s", hook)
	}
	readUnit(t, "usersync-failed.service").one(t, "Service", "ExecStart")
	timer := readUnit(t, "usersync.timer")
	for key, want := range map[string]string{"Persistent": "true", "RandomizedDelaySec": "10min"} {
		if got := timer.one(t, "Timer", key); got != want {
			t.Errorf("%s=%s", key, got)
		}
	}
	timer.one(t, "Timer", "OnCalendar")
	if target := timer.one(t, "Install", "WantedBy"); target != "timers.target" {
		t.Errorf("WantedBy=%s", target)
	}
}

// TestSystemdVerifies uses systemd itself, on machines that have it. Its warnings, such
// as an unknown key, are errors here.
func TestSystemdVerifies(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd is not installed here; the other tests read the units themselves")
		return
	}
	m := newMachine(t, "/usr/local/bin", "/units")
	program, err := exec.LookPath("usersync")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"verify", "--man=no"}
	for _, name := range []string{"usersync.service", "usersync.timer", "usersync-failed.service"} {
		text := strings.ReplaceAll(readDeployed(t, "deploy", "systemd", name), "/usr/local/bin/usersync", program)
		m.write(t, "/units/"+name, text)
		args = append(args, m.at("/units/"+name))
	}
	if out, err := exec.Command(analyze, args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
