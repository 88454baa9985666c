package attested

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// flights are the batches that are being sent. It is safe for concurrent use.
type flights struct {
	mu   sync.Mutex
	open map[chan struct{}]bool
}

// begin notes a batch; call end when its outcomes are known.
func (f *flights) begin() (end func()) {
	done := make(chan struct{})
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[chan struct{}]bool{}
	}
	f.open[done] = true
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.open, done)
		close(done)
	}
}

// wait waits until the outcomes of all batches that are being sent now are known, and
// reports whether there were any. The error is the cause of ctx.
func (f *flights) wait(ctx context.Context) (any bool, err error) {
	f.mu.Lock()
	open := slices.Collect(maps.Keys(f.open))
	f.mu.Unlock()
	for _, done := range open {
		select {
		case <-done:
		case <-ctx.Done():
			return true, context.Cause(ctx)
		}
	}
	return len(open) > 0, nil
}
