package preview

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/config/configtest"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/guard"
	"usersync/sync/user"
)

// settings are the settings of a command line, with the sandbox of kard.
func settings(t *testing.T, args ...string) *config.Config {
	t.Helper()
	return configtest.Loaded(t, connect.Sections, nil, append([]string{"--to", "kard", "--sandbox"}, args...)...)
}

// users writes a file with some users, and changes to its directory.
func users(t *testing.T) string {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("users.csv", []byte("id,enrolled_rewards\nu-1,CARDLINKED\nu-2,CARDLINKED\nu-3,NONE\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return "users.csv"
}

func made(t *testing.T, c *config.Config, o Options) (*Plan, error) {
	t.Helper()
	o.Stdin, o.Now, o.Wire = strings.NewReader(""), time.Now, t.Context()
	return Make(t.Context(), c, o)
}

// A plan says what a run would do, and creates nothing except the plan file.
func TestMake(t *testing.T) {
	file := users(t)
	p, err := made(t, settings(t), Options{Files: []string{file}, Out: "plan.jsonl"})
	if err != nil || p.Stops != nil || !p.Kept || p.Forecast.Sends() != 2 || p.Outcomes.Invalid != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	left, err := filepath.Glob("*")
	if err != nil || strings.Join(left, " ") != "plan.jsonl users.csv" {
		t.Errorf("%q, %v", left, err)
	}
}

// A plan shows the guard that would stop the run, and is not saved then.
func TestMakeFindsWhatStops(t *testing.T) {
	file := users(t)
	p, err := made(t, settings(t, "--min-records", "4"), Options{Files: []string{file}, Out: "plan.jsonl"})
	if tripped, ok := errors.AsType[*guard.Error](p.Stops); err != nil || !ok || tripped.Name != "min_records" || p.Kept {
		t.Errorf("%+v, %v", p, err)
	}
	if left, err := filepath.Glob("plan*"); err != nil || len(left) > 0 {
		t.Errorf("%q, %v", left, err)
	}
}

// A plan that could not be applied is refused before anything is opened.
func TestMakeRefuses(t *testing.T) {
	file := users(t)
	for name, o := range map[string]Options{
		"standard output":     {Files: []string{file}, Out: "-"},
		"standard input":      {Files: []string{"-"}, Out: "plan.jsonl"},
		"the input":           {Files: []string{file}, Out: "./users.csv"},
		"a file that is not":  {Files: []string{"none.csv"}},
		"no file":             {},
		"a place that is not": {Files: []string{file}, Out: "none/plan.jsonl"},
	} {
		p, err := made(t, settings(t), o)
		if refused, ok := errors.AsType[*exit.Error](err); p != nil || !ok || refused.Code != exit.Misuse {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if _, err := made(t, settings(t, "--to", "scim"), Options{Files: []string{file}}); err == nil || !strings.Contains(err.Error(), "2 destinations") {
		t.Errorf("two destinations: %v", err)
	}
}

// A look ahead finds the guard that trips, and does not consume the run's input.
func TestLookAhead(t *testing.T) {
	file := users(t)
	look := func(args ...string) (*Setup, func() error) {
		c := settings(t, args...)
		conn, err := connect.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Prepare(t.Context(), c, conn, []string{file}, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := errors.Join(s.Input.Close(), conn.Close()); err != nil {
				t.Error(err)
			}
		})
		return s, func() error { return DryRun{Setup: s, Wire: context.Background()}.LookAhead(t.Context()) }
	}
	s, ahead := look("--min-records", "3")
	if err := ahead(); err != nil {
		t.Error(err)
	}
	read := 0
	for _, err := range s.Input.Records() {
		if read++; err != nil {
			t.Fatal(err)
		}
	}
	if read != 3 {
		t.Errorf("%d records are left for the run", read)
	}
	_, ahead = look("--min-records", "4")
	if _, ok := errors.AsType[*guard.Error](ahead()); !ok {
		t.Error("too few records, and no guard trips")
	}
}

// The guard compares the users who would change with the users in the ledger.
func TestTooManyChanges(t *testing.T) {
	for text, c := range map[string]struct {
		known, changed int
		trips          bool
	}{
		"10%": {100, 10, false},
		"9%":  {100, 10, true},
		"10":  {100, 10, false},
		"9":   {100, 10, true},
	} {
		f := newOutcomes()
		f.read, f.changes.Compared, f.changes.Changed = c.known, c.known, c.changed
		settings := &config.Config{}
		if err := settings.Guards.MaxChange.Add(text); err != nil {
			t.Fatal(err)
		}
		tripped, ok := errors.AsType[*guard.Error](f.guardError(settings))
		if ok != c.trips || ok && (tripped.Name != ChangeGuard || tripped.Hint == "") {
			t.Errorf("%s: %+v", text, tripped)
		}
		f.fedAgain = f.read // rejects that are sent again are meant to change
		if err := f.guardError(settings); err != nil {
			t.Errorf("%s of rejects: %v", text, err)
		}
	}
}

// If a read fails that a plan needs, the plan ends: the rest would be a guess.
func TestAReadThatFails(t *testing.T) {
	for _, status := range []user.Status{user.Failed, user.InDoubt} {
		err := newOutcomes().Write(&user.Outcome{Record: &user.Record{Origin: user.Origin{Record: 7}}, Status: status, Code: "http_503"})
		if bad, ok := errors.AsType[*exit.Error](err); !ok || bad.Code != exit.Temporary || !strings.Contains(err.Error(), "record 7") {
			t.Errorf("%s: %v", status, err)
		}
	}
}
