package main

import (
	"errors"
	"testing"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/exit"
)

// A panic in a step ends the run like an error: what comes after is still done, such as
// telling the team.
func TestPanicIsAnError(t *testing.T) {
	var nothing map[string]int
	taken := 0
	err := inOrder(func() error { taken++; return nil }, func() error { nothing["x"]++; return nil }, func() error { taken++; return nil })
	if code := advice.ExitCode(err, advice.Result{}); code != exit.Internal || taken != 1 {
		t.Error(code, taken, err)
	}
	why := errors.New("why")
	if err := inOrder(func() error { return why }, func() error { panic("not reached") }); !errors.Is(err, why) {
		t.Error(err)
	}
}
