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
	last int
	open map[int]chan struct{} // nil unless someone waits for the end of it
}

// begin notes a batch; call end with what it returns when its outcomes are known.
func (f *flights) begin() (flight int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[int]chan struct{}{}
	}
	f.last++
	f.open[f.last] = nil
	return f.last
}

func (f *flights) end(flight int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if done := f.open[flight]; done != nil {
		close(done)
	}
	delete(f.open, flight)
}

// wait waits until the outcomes of all batches that are being sent now are known, and
// reports whether there were any. The error is the cause of ctx.
func (f *flights) wait(ctx context.Context) (any bool, err error) {
	open := f.ends()
	for _, done := range open {
		select {
		case <-done:
		case <-ctx.Done():
			return true, context.Cause(ctx)
		}
	}
	return len(open) > 0, nil
}

// ends returns what is closed when the batches that are being sent end.
func (f *flights) ends() []chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	for flight, done := range f.open {
		if done == nil {
			f.open[flight] = make(chan struct{})
		}
	}
	return slices.Collect(maps.Values(f.open))
}
