package exit

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// SignalError is the cause of a context that a signal ended.
type SignalError struct{ Signal syscall.Signal }

// Error names the signal as a person knows it.
func (e SignalError) Error() string {
	switch e.Signal {
	case syscall.SIGINT:
		return "stopped by ^C (SIGINT)"
	case syscall.SIGTERM:
		return "stopped by SIGTERM"
	case syscall.SIGHUP:
		return "stopped by SIGHUP: the terminal went away"
	}
	return "stopped by " + e.Signal.String()
}

// Interruptible returns two contexts under ctx. The first ^C, SIGTERM or SIGHUP ends
// soft, which stops reading; the second ends wire, which cuts the calls that
// are out. release gives the signals back and waits for the watcher.
func Interruptible(ctx context.Context) (soft, wire context.Context, release func()) {
	soft, endSoft := context.WithCancelCause(ctx)
	wire, endWire := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // a terminal that goes away; nohup ignores it
		signal.Notify(signals, syscall.SIGHUP)
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for _, end := range []context.CancelCauseFunc{endSoft, endWire} {
			select {
			case s := <-signals:
				end(SignalError{s.(syscall.Signal)})
			case <-quit:
				return
			}
		}
	}()
	return soft, wire, func() {
		signal.Stop(signals)
		close(quit)
		<-done
		endSoft(nil)
		endWire(nil)
	}
}

// WithSignal makes the signal that ended ctx part of err. What ended only
// because of it is not worth a line of its own.
func WithSignal(ctx context.Context, err error) error {
	sig := StoppedBy(ctx)
	switch {
	case sig == nil || errors.Is(err, sig):
		return err
	case errors.Is(err, context.Canceled):
		return sig
	}
	return errors.Join(sig, err)
}

// StoppedBy returns the signal that ended ctx, or nil.
func StoppedBy(ctx context.Context) error {
	var s SignalError
	if errors.As(context.Cause(ctx), &s) {
		return s
	}
	return nil
}

// UnlessStopped does what may block in a read of a pipe, which nothing can
// interrupt. When ctx ends first it returns the cause and leaves do behind: the
// process is about to end.
func UnlessStopped[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type end struct {
		value T
		err   error
	}
	ends := make(chan end, 1)
	go func() {
		value, err := do()
		ends <- end{value, err}
	}()
	select {
	case e := <-ends:
		return e.value, e.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
