package advice

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/pace"
	"usersync/sync/plan"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/rundir"
)

// causes has, for each exit code, one cause that leads to it alone.
var causes = map[int]struct {
	err      error
	outcomes writer.Outcomes
}{
	exit.OK:        {outcomes: writer.Outcomes{Created: 3, Updated: 1}},
	exit.Internal:  {err: errors.New("an unknown error")},
	exit.Misuse:    {err: exit.Usage(errors.New("unknown flag"), "", "")},
	exit.Rejects:   {outcomes: writer.Outcomes{Refused: 1}},
	exit.Guard:     {err: &reader.InputError{File: "users.csv", Rule: "is cut"}},
	exit.Temporary: {err: fmt.Errorf("send: %w", pace.ErrGaveUp)},
	exit.Doubt:     {outcomes: writer.Outcomes{InDoubt: 1}},
	exit.Denied:    {err: &destination.CallError{Fault: destination.Denied, Status: 401}},
	exit.Interrupt: {err: exit.SignalError{Signal: syscall.SIGINT}},
	exit.Terminate: {err: exit.SignalError{Signal: syscall.SIGTERM}},
}

// A ledger that this user cannot write to needs a person. One that is out of space, or
// does not answer, is temporary.
func TestLedgerUnreachable(t *testing.T) {
	for errno, want := range map[syscall.Errno]int{
		syscall.EACCES: exit.Misuse, syscall.EPERM: exit.Misuse, syscall.EROFS: exit.Misuse, syscall.ENOSPC: exit.Temporary, syscall.ECONNREFUSED: exit.Temporary,
	} {
		err := error(&ledger.FailedError{Op: "open ledger", Err: &fs.PathError{Op: "open", Path: "ledger.db", Err: errno}})
		hint := strings.Contains(Hint(err), "check its permissions")
		if got := ExitCode(err, Result{}); got != want || hint != (want == exit.Misuse) {
			t.Errorf("%v: exit code %d, want %d; hint %q", errno, got, want, Hint(err))
		}
	}
}

// An error about a place that cannot be written to has the same exit code and hint,
// however it is wrapped.
func TestPlaceNotWritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, below := rundir.Create(filepath.Join(file, "runs"), time.Now())
	_, results := rundir.Replace(filepath.Join(file, "results.csv"))
	for _, bare := range []error{
		below, results,
		&rundir.PlaceError{Err: &rundir.UnsafeError{Path: "/tmp"}},
		&rundir.PlaceError{Err: &fs.PathError{Op: "open", Path: "runs", Err: syscall.ENOSPC}},
		&rundir.PlaceError{Err: &fs.PathError{Op: "open", Path: "runs", Err: syscall.EROFS}},
	} {
		wrapped := error(&history.DirError{Err: bare})
		if got, want := ExitCode(bare, Result{}), ExitCode(wrapped, Result{}); got != want || got == exit.Internal {
			t.Errorf("%v: exit code %d, and %d if it is wrapped", bare, got, want)
		}
		if got, want := Hint(bare), Hint(wrapped); got != want || got == "" {
			t.Errorf("%v: hint %q, and %q if it is wrapped", bare, got, want)
		}
	}
}

// TestExitCodePrecedence tries every combination of causes.
func TestExitCodePrecedence(t *testing.T) {
	precedence := []int{130, 143, 1, 2, 7, 4, 5, 6, 3, 0}
	if len(precedence) != len(causes) {
		t.Fatalf("%d codes have a rank and %d a cause", len(precedence), len(causes))
	}
	for set := range 1 << len(precedence) {
		var errs []error
		found := Result{Read: 10}
		want := exit.OK
		for i, code := range slices.Backward(precedence) {
			if set&(1<<i) == 0 {
				continue
			}
			want = code
			errs = append(errs, causes[code].err)
			found.Outcomes.Refused += causes[code].outcomes.Refused
			found.Outcomes.InDoubt += causes[code].outcomes.InDoubt
		}
		if got := ExitCode(errors.Join(errs...), found); got != want {
			t.Fatalf("set %b: exit code %d, want %d", set, got, want)
		}
	}
}

func TestExitCodeOfOneError(t *testing.T) {
	tests := map[string]struct {
		err  error
		want int
	}{
		"wrapped denial":           {fmt.Errorf("batch 3: %w", &destination.CallError{Fault: destination.Denied}), 7},
		"a lost call":              {&destination.CallError{Fault: destination.PerhapsTaken}, 5},
		"wait beyond max-wait":     {fmt.Errorf("pace: %w", pace.ErrTooLong), 5},
		"a guard":                  {&guard.Error{What: "too many"}, 4},
		"input cut short":          {fmt.Errorf("run: %w", &reader.InputError{Err: syscall.EIO}), 4},
		"records unaccounted for":  {&user.AccountingError{What: "2 and 3"}, 1},
		"a plan that does not fit": {fmt.Errorf("run: %w", &plan.Error{Path: "plan.jsonl"}), 2},
		"no room for a plan":       {fmt.Errorf("plan: %w", &plan.SpillError{Err: syscall.EACCES}), 5},
		"broken disk":              {&fs.PathError{Op: "write", Err: syscall.EIO}, 5},
		"runs of another user":     {fmt.Errorf("open: %w", &rundir.UnsafeError{}), 2},
		"no room on disk":          {fmt.Errorf("write results: %w", syscall.ENOSPC), 5},
		"a full stream":            {&rundir.FullError{Err: syscall.ENOSPC, Stream: true}, 5},
		"a file cut short":         {fmt.Errorf("resume: %w", &rundir.ShortError{}), 2},
		"quota of the disk":        {syscall.EDQUOT, 5},
		"error without code":       {&exit.Error{Err: pace.ErrGaveUp, Hint: "wait"}, 5},
		"a setting at its time":    {exit.Usage(fmt.Errorf("read: %w", exit.SignalError{Signal: syscall.SIGINT}), "", ""), 130},
		"two at once":              {fmt.Errorf("%w, and %w", pace.ErrGaveUp, exit.SignalError{Signal: syscall.SIGTERM}), 143},
	}
	for name, test := range tests {
		if got := ExitCode(test.err, Result{}); got != test.want {
			t.Errorf("%s: exit code %d, want %d", name, got, test.want)
		}
	}
}

func TestAllowRejects(t *testing.T) {
	tests := []struct {
		allow                    string
		invalid, refused, failed int
		doubt, want              int
	}{
		{"0", 0, 0, 0, 0, 0},
		{"0", 1, 0, 0, 0, 3},
		{"5", 2, 3, 0, 0, 0},
		{"5", 3, 3, 0, 0, 3},
		{"5%", 2, 3, 0, 0, 0},
		{"5%", 6, 0, 0, 0, 3},
		{"100%", 0, 0, 1, 0, 3}, // failed is never covered
		{"100%", 0, 0, 0, 1, 6}, // nor is in doubt
	}
	for _, test := range tests {
		allowed, err := quantity.ParseShare(test.allow)
		if err != nil {
			t.Fatal(err)
		}
		found := Result{Read: 100, Allowed: allowed, Outcomes: writer.Outcomes{
			Invalid: test.invalid, Refused: test.refused, Failed: test.failed, InDoubt: test.doubt,
		}}
		if got := ExitCode(nil, found); got != test.want {
			t.Errorf("%+v: exit code %d", test, got)
		}
	}
}
