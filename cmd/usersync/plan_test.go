package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/guard"
	"usersync/writer"
)

func TestChangeLimits(t *testing.T) {
	for text, ok := range map[string]bool{"10%": true, "25": true, "phone=2%": true, "phone=0": true, "=2%": false, "phone=": false, "much": false, "101%": false} {
		var l config.ChangeLimits
		if err := l.Add(text); (err == nil) != ok || l.Given() != ok {
			t.Errorf("%q: %v, given %t", text, err, l.Given())
		}
	}
}

// With --detailed-exitcode every code means one thing.
func TestDetailedExitCode(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		invalid int
		changes bool
		want    int
	}{
		"nothing to do":                 {want: 0},
		"users to send":                 {changes: true, want: 2},
		"users to send, some invalid":   {changes: true, invalid: 1, want: 2},
		"nothing to send, some invalid": {invalid: 1, want: 1},
		"a wrong flag":                  {err: exit.Usage(errors.New("unknown flag"), "", ""), want: 1},
		"a guard, and users to send":    {err: &guard.Error{}, changes: true, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			found := advice.Result{Read: 9, Outcomes: writer.Outcomes{Invalid: c.invalid}, Detailed: exit.Detailed{Asked: true, Changes: c.changes}}
			if got := advice.ExitCode(c.err, found); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
}

// Only plan can be asked for detailed exit codes, and only by its flag: not by a file
// or a value that is called like it.
func TestOnlyTheFlagAsksForDetailedExitCodes(t *testing.T) {
	for args, asked := range map[string]bool{
		"plan --detailed-exitcode x":                         true,
		"plan --detailed-exitcode=true":                      true,
		"plan x --detailed-exitcode":                         true,
		"plan --no-such-flag --detailed-exitcode":            true,
		"plan --no-such-flag=x --detailed-exitcode x":        true,
		"plan --read=maybe --detailed-exitcode":              true,
		"plan x":                                             false,
		"plan --detailed-exitcode=false":                     false,
		"plan --detailed-exitcode=maybe":                     false,
		"plan --detailed-exitcode --detailed-exitcode=false": false,
		"plan -- --detailed-exitcode":                        false,
		"plan --no-such-flag -- --detailed-exitcode":         false,
		"plan --feed --detailed-exitcode":                    false,
		"run --detailed-exitcode":                            false,
		"run --detailed-exitcode plan":                       false,
		"--detailed-exitcode plan":                           false,
		"validate --detailed-exitcode plan":                  false,
	} {
		var found advice.Result
		e := &env{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, args: strings.Fields(args), now: time.Now,
			environment: setting.Environment{Lookup: func(string) (string, bool) { return "", false }, Environ: func() []string { return nil }}}
		root := newRoot(e, &found)
		root.SetArgs(e.args)
		if err := root.Execute(); err == nil {
			t.Errorf("%s: no error, where no API is named", args)
		}
		if found.Detailed.Asked != asked {
			t.Errorf("%s: %t", args, !asked)
		}
	}
}
