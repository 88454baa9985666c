package main

import (
	"errors"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
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

// With --detailed-exitcode every code says one thing.
func TestDetailedExitCode(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		invalid int
		changes bool
		want    int
	}{
		"nothing to do":              {want: 0},
		"users to send":              {changes: true, want: 2},
		"users to send, some unfit":  {changes: true, invalid: 1, want: 2},
		"nothing to send but unfit":  {invalid: 1, want: 1},
		"a wrong flag":               {err: exit.Usage(errors.New("unknown flag"), "", ""), want: 1},
		"a guard, and users to send": {err: &guard.Error{}, changes: true, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			found := result{read: 9, outcomes: writer.Outcomes{Invalid: c.invalid}, detailed: exit.Detailed{Asked: true, Changes: c.changes}}
			if got := exitCode(c.err, found); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
	for args, asked := range map[string]bool{"plan --detailed-exitcode x": true, "plan --detailed-exitcode=true": true, "plan x": false, "run --detailed-exitcode": false} {
		if exit.AsksDetailed(strings.Fields(args)) != asked {
			t.Errorf("%s: %t", args, !asked)
		}
	}
}
