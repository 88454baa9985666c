package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// TestReasonsLeaveOutWhatTheyInterrupt: a read that fails because the run is being stopped is
// no reason of its own, whichever of them comes first.
func TestReasonsLeaveOutWhatTheyInterrupt(t *testing.T) {
	denied, read := errors.New("denied"), fmt.Errorf("read the ledger: %w", context.Canceled)
	for name, errs := range map[string][]error{"after": {denied, read}, "before": {read, denied}} {
		ctx, cancel := context.WithCancelCause(t.Context())
		r := &reasons{cancel: cancel}
		for _, err := range errs {
			r.stop(err)
		}
		if got := r.joined(ctx); got.Error() != "denied" || !errors.Is(got, denied) {
			t.Errorf("%s: %q", name, got)
		}
	}
	outside, cancel := context.WithCancelCause(t.Context())
	cancel(denied)
	r := &reasons{cancel: cancel}
	r.stop(read)
	if got := r.joined(outside); got.Error() != "denied" {
		t.Errorf("from outside: %v", got)
	}
	plain, cancel := context.WithCancelCause(t.Context())
	cancel(nil)
	r = &reasons{cancel: cancel}
	r.stop(read)
	if got := r.joined(plain); got != context.Canceled {
		t.Errorf("canceled from outside: %v", got)
	}
	full := errors.New("no room on the disk")
	joined, cancel := context.WithCancelCause(t.Context())
	r = &reasons{cancel: cancel}
	r.stop(denied)
	r.stop(errors.Join(read, full))
	if got := r.joined(joined); !errors.Is(got, denied) || !errors.Is(got, full) {
		t.Errorf("joined with what it interrupted: %v", got)
	}
	alone, cancel := context.WithCancelCause(t.Context())
	r = &reasons{cancel: cancel}
	r.stop(read)
	if got := r.joined(alone); got == nil || got.Error() != read.Error() {
		t.Errorf("alone: %v", got)
	}
}
