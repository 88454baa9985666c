package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"usersync/cmd/usersync/internal/exit"
)

// cronMachine is a machine with the crontab of deploy/cron installed.
type cronMachine struct {
	*machine
	env  []string
	line string
}

func newCronMachine(t *testing.T, baseURL, users string) *cronMachine {
	t.Helper()
	m := newMachine(t, "/etc/usersync", "/var/lib/usersync", "/srv/exports", "/usr/local/bin")
	m.users(t, users, "/srv/exports/users.csv")
	m.write(t, "/etc/usersync/client-id", "me\n")
	m.write(t, "/etc/usersync/client-secret", "hush\n")
	config := strings.Replace(readDeployed(t, "deploy", "cron", "usersync.yaml"), "https://test-rewards-api.getkard.com", baseURL, 1)
	m.write(t, "/etc/usersync/usersync.yaml", m.relocate(config)+"give_up_after: 1s\n")
	for name, program := range map[string]string{"usersync": "usersync", "usersync-nightly": "../../deploy/cron/usersync-nightly"} {
		path, err := exec.LookPath(program)
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err == nil {
			err = os.Symlink(path, m.at("/usr/local/bin/"+name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	n := &cronMachine{machine: m}
	for line := range strings.Lines(m.relocate(readDeployed(t, "deploy", "cron", "crontab"))) {
		n.install(t, strings.TrimSpace(line))
	}
	return n
}

// install parses a line according to crontab(5): a variable, or five fields and a
// command.
func (n *cronMachine) install(t *testing.T, line string) {
	t.Helper()
	name, _, isVariable := strings.Cut(line, "=")
	switch fields := strings.Fields(line); {
	case line == "" || line[0] == '#':
	case isVariable && !strings.Contains(name, " "):
		n.env = append(n.env, line)
	case len(fields) < 6 || n.line != "":
		t.Fatalf("not five fields and a command: %s", line)
	case strings.Contains(line, "%"):
		t.Fatal("cron ends a command at a percent sign")
	default:
		n.line = strings.TrimSpace(line[strings.Index(line, fields[5]):])
	}
}

// runOnce does what cron does: it runs the line with sh in a small environment, and
// mails what is printed.
func (n *cronMachine) runOnce(t *testing.T, env ...string) (code int, mail string) {
	t.Helper()
	return n.run(t, append(n.env, env...), "sh", "-c", n.line)
}

func TestCronIsSilentWhenAllIsWell(t *testing.T) {
	t.Parallel()
	n := newCronMachine(t, sandboxServer(t, "--auth"), "kard.csv")
	if code, mail := n.runOnce(t); code != 0 || mail != "" {
		t.Errorf("exit code %d, and a mail:\n%s", code, mail)
	}
}

func TestCronMailsRejects(t *testing.T) {
	t.Parallel()
	n := newCronMachine(t, sandboxServer(t, "--auth"), "kard-mistakes.csv")
	code, mail := n.runOnce(t, "WAIT=60")
	if code != exit.Rejects {
		t.Errorf("exit code %d", code)
	}
	contains(t, mail, "exit code 3 after 1 of 4 tries", "some users are invalid", "outcomes for 31 records", "rejects.csv")
}

// TestCronTriesAgain has an API that is unreachable the first time.
func TestCronTriesAgain(t *testing.T) {
	t.Parallel()
	n := newCronMachine(t, sandboxServer(t, "--auth"), "kard.csv")
	n.write(t, "/usr/local/bin/flaky", `#!/bin/sh
echo try >>tries
[ "$(wc -l <tries)" -gt 1 ] || exec usersync "$@" --base-url http://127.0.0.1:1
exec usersync "$@"
`)
	if err := os.Chmod(n.at("/usr/local/bin/flaky"), 0o700); err != nil {
		t.Fatal(err)
	}
	if code, mail := n.runOnce(t, "PROGRAM=flaky", "WAIT=0"); code != 0 || mail != "" {
		t.Errorf("exit code %d, and a mail:\n%s", code, mail)
	}
	if tries, err := os.ReadFile(n.at("/var/lib/usersync/tries")); string(tries) != "try\ntry\n" {
		t.Errorf("tries: %q, %v", tries, err)
	}
}

func TestCronGivesUp(t *testing.T) {
	t.Parallel()
	n := newCronMachine(t, "http://127.0.0.1:1", "kard.csv")
	code, mail := n.runOnce(t, "TRIES=2", "WAIT=0")
	if code != exit.Temporary {
		t.Errorf("exit code %d", code)
	}
	contains(t, mail, "exit code 5 after 2 of 2 tries", "running again is safe", "next: usersync")
}

// TestCronDoesNotRetryWhatNeedsAPerson breaks the config.
func TestCronDoesNotRetryWhatNeedsAPerson(t *testing.T) {
	t.Parallel()
	n := newCronMachine(t, "http://127.0.0.1:1", "kard.csv")
	n.write(t, "/etc/usersync/usersync.yaml", "to: card\n")
	code, mail := n.runOnce(t, "WAIT=60")
	if code != exit.Misuse {
		t.Errorf("exit code %d", code)
	}
	contains(t, mail, "after 1 of 4 tries", "nothing was sent", "did you mean kard?")
}

func TestCronStartsOneAtATime(t *testing.T) {
	t.Parallel()
	n := newCronMachine(t, "http://127.0.0.1:1", "kard.csv")
	lock, err := os.Create(n.at("/var/lib/usersync/usersync.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	code, mail := n.runOnce(t, "TRIES=1")
	if code != 8 {
		t.Errorf("exit code %d", code)
	}
	contains(t, mail, "the previous run is still working")
}

// TestCronForwardsSignals stops only the wrapper, like an operator would.
func TestCronForwardsSignals(t *testing.T) {
	t.Parallel()
	n := newCronMachine(t, sandboxServer(t, "--auth", "--latency", "200ms"), "kard.csv")
	cmd := exec.Command("sh", "-c", strings.Replace(n.line, "usersync-nightly", "exec usersync-nightly --rate 10 --batch-size 1", 1))
	cmd.Dir, cmd.Env = n.dir, n.env
	var mail captured
	cmd.Stdout, cmd.Stderr = &mail, &mail
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if !await(ctx, func() bool {
		found, _ := filepath.Glob(n.at("/var/lib/usersync/runs/*/results.csv.partial"))
		return len(found) > 0
	}) {
		t.Error("no results were started")
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	cmd.Wait() // the exit code is checked below
	if code := cmd.ProcessState.ExitCode(); code != exit.Terminate {
		t.Errorf("exit code %d\n%s", code, mail.String())
	}
	contains(t, mail.String(), "exit code 143 after 1 of 4 tries", "stopped by SIGTERM")
}

func contains(t *testing.T, text string, all ...string) {
	t.Helper()
	for _, part := range all {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
}
