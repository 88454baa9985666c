package exit

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"usersync/sync/destination/parallel"
)

// SignalError is the cause of a context that a signal ended.
type SignalError struct{ Signal syscall.Signal }

// Error names the signal the way a person knows it.
func (e SignalError) Error() string {
	switch e.Signal {
	case syscall.SIGINT:
		return "stopped by ^C (SIGINT)"
	case syscall.SIGTERM:
		return "stopped by SIGTERM"
	case syscall.SIGHUP:
		return "stopped by SIGHUP: the terminal was closed"
	}
	return "stopped by " + e.Signal.String()
}

// Interruptible returns two contexts derived from ctx. The first ^C, SIGTERM or SIGHUP
// ends soft, which stops reading; the second ends wire, which cuts the calls in
// flight. release restores the default signal handling, ends both contexts and waits
// for the goroutine that watches the signals.
func Interruptible(ctx context.Context) (soft, wire context.Context, release func()) {
	soft, endSoft := context.WithCancelCause(ctx)
	wire, endWire := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // the terminal was closed; nohup ignores it
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

// Graceful returns a copy of wire that also ends if SIGTERM or SIGHUP has ended soft and the
// grace period is almost over: then the process is killed, and what
// the calls in flight did must be written before. Call end when it is no longer needed. A person who
// types ^C can type it again instead.
func Graceful(soft, wire context.Context, grace time.Duration) (ctx context.Context, end context.CancelFunc) {
	ctx, cut := context.WithCancelCause(wire)
	stop := context.AfterFunc(soft, func() {
		var s SignalError
		if !errors.As(context.Cause(soft), &s) || s.Signal == syscall.SIGINT {
			return
		}
		select {
		case <-time.After(InFlight(grace)):
			cut(s)
		case <-ctx.Done():
		}
	})
	return ctx, func() { stop(); cut(nil) }
}

// brief is how long telling others of a run may still take after a signal that asks to end at once.
const brief = 2 * time.Second

// Afterwards returns the context of what tells of a run that has ended. It outlives soft. If a signal
// has ended soft, it ends before the grace period does, even if calls in flight have taken all of
// their time; after a further signal it ends in two seconds. Call end when it is no longer needed.
func Afterwards(soft, wire context.Context, grace time.Duration) (ctx context.Context, end context.CancelFunc) {
	ctx, cut := context.WithCancelCause(context.WithoutCancel(soft))
	signal, further := StoppedBy(soft), wire
	if signal == nil {
		further = soft
	}
	var limit context.CancelFunc = func() {}
	if signal != nil {
		ctx, limit = context.WithTimeout(ctx, (grace-InFlight(grace))*3/4)
	}
	stop := context.AfterFunc(further, func() {
		select {
		case <-time.After(brief):
			cut(context.Cause(further))
		case <-ctx.Done():
		}
	})
	return ctx, func() { stop(); limit(); cut(nil) }
}

// InFlight is how much of a grace period calls in flight may take.
func InFlight(grace time.Duration) time.Duration { return grace - min(10*time.Second, grace/4) }

// WithSignal adds the signal that ended ctx to err. It replaces an error that only
// reports the cancellation, and no other: what is joined with it is kept.
func WithSignal(ctx context.Context, err error) error {
	sig := StoppedBy(ctx)
	switch {
	case sig == nil || errors.Is(err, sig):
		return err
	case parallel.OnlyCanceled(err):
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

// UnlessStopped calls do, which may block in a read of a pipe that cannot be
// interrupted. If ctx ends first, it returns the cause and abandons do: the process is
// about to end. A panic of do is one of the caller.
func UnlessStopped[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type end struct {
		value    T
		err      error
		panicked *parallel.Panicked
	}
	ends := make(chan end, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				ends <- end{panicked: parallel.Caught(v)}
			}
		}()
		value, err := do()
		ends <- end{value: value, err: err}
	}()
	select {
	case e := <-ends:
		if e.panicked != nil {
			panic(e.panicked)
		}
		return e.value, e.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
