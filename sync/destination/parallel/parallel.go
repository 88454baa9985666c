// Package parallel runs functions in goroutines that end together, and tells errors that only
// report a cancellation from others. It does not limit how many run: calls wait for their turns
// elsewhere.
package parallel

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Group is an errgroup.Group in which a panic is one of Wait's caller. In a goroutine of
// its own it would end the process at once, with an exit code that says that nothing was
// sent, and with the values of a user in its text.
type Group struct {
	group *errgroup.Group

	mu       sync.Mutex
	panicked *Panicked // the first one
}

// Panicked is a panic of another goroutine than the one that it was passed on to.
type Panicked struct {
	value   any
	callers []uintptr
}

// Panic returns the value of the panic, and where it was.
func (p *Panicked) Panic() (value any, callers []uintptr) { return p.value, p.callers }

// Caught returns what recover has returned, to panic with it in the goroutine that waits for
// this one. Call it in the deferred function that recovers.
func Caught(value any) *Panicked {
	callers := make([]uintptr, 64)
	return &Panicked{value, callers[:runtime.Callers(1, callers)]}
}

// New returns a group, and a context that ends with its first error.
func New(ctx context.Context) (*Group, context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	return &Group{group: group}, ctx
}

// Go calls f in a new goroutine.
func (p *Group) Go(f func() error) {
	p.group.Go(func() (err error) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			caught := Caught(v)
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.panicked == nil {
				p.panicked = caught
			}
			err = context.Canceled // ends the others; Wait does not return it
		}()
		return f()
	})
}

// Wait waits for every f, and returns the first error.
func (p *Group) Wait() error {
	err := p.group.Wait()
	if p.panicked != nil {
		panic(p.panicked)
	}
	return err
}
