package job

import (
	"errors"
	"strings"
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
	first := func() error {
		_, err := exit.UnlessStopped(t.Context(), func() (int, error) { nothing["x"]++; return 0, nil })
		return err
	}
	if err := inOrder(first); advice.ExitCode(err, advice.Result{}) != exit.Internal || !strings.Contains(err.Error(), "TestPanicIsAnError") {
		t.Errorf("in a goroutine that may block: %v", err)
	}
}
