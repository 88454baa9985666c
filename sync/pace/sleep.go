package pace

import (
	"context"
	"time"
)

// waiting are the callers that wait.
type waiting struct {
	changed chan struct{} // closed when they must look again
}

// wake makes every waiting caller look again.
func (w *waiting) wake() {
	close(w.changed)
	w.changed = make(chan struct{})
}

func sleep(ctx context.Context, d time.Duration, changed <-chan struct{}) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}
