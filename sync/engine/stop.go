package engine

import (
	"context"
	"errors"
	"slices"
	"sync"

	"usersync/sync/destination/parallel"
)

// reasons are why a run stops early. The first one stops it; those that follow while
// calls still end are kept too.
type reasons struct {
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	errs   []error
}

// stop stops the run. It ignores a reason that it already has: every call that a stop
// interrupts reports the same one.
func (r *reasons) stop(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := func(e error) bool { return errors.Is(err, e) || err.Error() == e.Error() }
	if !slices.ContainsFunc(r.errs, known) {
		r.errs = append(r.errs, err)
	}
	r.cancel(err)
}

// joined returns all reasons, with the cause of ctx if that came from outside. It is nil
// if the run was not stopped. What failed only because the run was being stopped, such as a
// read of the ledger, is no reason.
func (r *reasons) joined(ctx context.Context) error {
	cause := context.Cause(ctx)
	if cause != nil {
		r.stop(cause)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	own := slices.DeleteFunc(slices.Clone(r.errs), parallel.OnlyCanceled)
	if len(own) == 0 {
		return cause
	}
	return errors.Join(own...)
}
