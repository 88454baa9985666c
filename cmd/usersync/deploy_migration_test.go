package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/exit"
)

// migration is what the commands of docs/migration.md do with 250 users, one of them
// with an invalid phone number. EDITOR fixes it.
var migration = []struct {
	command string
	code    int
	says    string
}{
	{"usersync validate users.csv", exit.Rejects, "250 records, 1 invalid"},
	{"usersync run --sandbox --runs-dir sandbox users.csv", exit.Rejects, "249  created"},
	{"usersync plan users.csv", exit.Rejects, "249 users to send"},
	{"head -n 101 users.csv >first.csv", exit.OK, ""},
	{"usersync run first.csv", exit.Rejects, "99  created"},
	{"usersync run --canary 5 users.csv", exit.Rejects, "150  created"},
	{"usersync resume", exit.Misuse, "no run that can be resumed"},
	{"usersync verify", exit.OK, ""},
	{`cp "$(ls -d runs/2*/ | tail -n 1)rejects.csv" fixed.csv`, exit.OK, ""},
	{`"${EDITOR:-vi}" fixed.csv`, exit.OK, ""},
	{"usersync run fixed.csv", exit.OK, "1  created"},
	{"usersync run users.csv", exit.Rejects, "249  unchanged"},
}

func TestMigrationRecipe(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.write(t, "users.csv", strings.Replace(readDeployed(t, "testdata", "users", "kard.csv"), "+14155550102", "555-0102", 1))
	m.write(t, "usersync.yaml", "to: kard\nrate: unlimited\nkard: {base_url: '"+sandboxServer(t)+"', organization: o-1, auth: {token: file:token}}\n")
	m.write(t, "token", "hush\n")
	m.write(t, "editor", "#!/bin/sh\nexec sed -i s/555-0102/+14155550102/ \"$1\"\n")
	if err := os.Chmod(m.at("editor"), 0o700); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "EDITOR=" + m.at("editor")}
	var commands []string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(readDeployed(t, "docs", "migration.md"), -1) {
		for line := range strings.Lines(strings.TrimSpace(block[1])) {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	if len(commands) != len(migration) {
		t.Fatalf("the recipe has %d commands, want %d", len(commands), len(migration))
	}
	for i, step := range migration {
		if commands[i] != step.command {
			t.Fatalf("command %d of the recipe is %s, want %s", i+1, commands[i], step.command)
		}
		code, out := m.run(t, env, "sh", "-c", step.command)
		if code != step.code || !strings.Contains(out, step.says) {
			t.Fatalf("%s: exit code %d, want %d and %q\n%s", step.command, code, step.code, step.says, out)
		}
	}
}
