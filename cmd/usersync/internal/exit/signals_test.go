package exit

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestTwoSignals(t *testing.T) {
	defer goleak.VerifyNone(t)
	soft, wire, release := Interruptible(t.Context())
	defer release()

	send(t, syscall.SIGTERM)
	<-soft.Done()
	if want := (SignalError{syscall.SIGTERM}); StoppedBy(soft) != want || wire.Err() != nil {
		t.Fatalf("after the first signal: %v, and wire: %v", context.Cause(soft), wire.Err())
	}
	send(t, syscall.SIGINT)
	<-wire.Done()
	if want := (SignalError{syscall.SIGTERM}); StoppedBy(soft) != want {
		t.Errorf("the second signal changed the cause to %v", context.Cause(soft))
	}
}

func TestReleaseWithoutSignal(t *testing.T) {
	defer goleak.VerifyNone(t)
	soft, _, release := Interruptible(t.Context())
	release()
	if StoppedBy(soft) != nil {
		t.Errorf("without a signal the cause is %v", context.Cause(soft))
	}
}

func send(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(syscall.Getpid(), s); err != nil {
		t.Fatal(err)
	}
}

func TestSignalReplacesCancellation(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(SignalError{syscall.SIGINT})
	if err := WithSignal(ctx, context.Canceled); err != error(SignalError{syscall.SIGINT}) {
		t.Errorf("got %v", err)
	}
	other := errors.New("disk broken")
	if err := WithSignal(ctx, other); !errors.Is(err, other) || !strings.Contains(err.Error(), "stopped by ^C") {
		t.Errorf("got %v", err)
	}
	if err := WithSignal(ctx, errors.Join(context.Canceled, other)); !errors.Is(err, other) || !strings.Contains(err.Error(), "stopped by ^C") {
		t.Errorf("joined with the cancellation: %v", err)
	}
	if err := WithSignal(t.Context(), other); err != other {
		t.Errorf("got %v", err)
	}
}

// After SIGTERM, calls in flight are canceled before the process is killed.
func TestGraceful(t *testing.T) {
	for name, c := range map[string]struct {
		signal syscall.Signal
		after  time.Duration // 0: never
	}{
		"SIGTERM": {syscall.SIGTERM, 50 * time.Second},
		"SIGHUP":  {syscall.SIGHUP, 50 * time.Second},
		"SIGINT":  {syscall.SIGINT, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			soft, stop := context.WithCancelCause(t.Context())
			wire, end := Graceful(soft, t.Context(), time.Minute)
			defer end()
			began := time.Now()
			stop(SignalError{c.signal})
			select {
			case <-wire.Done():
			case <-time.After(time.Hour):
			}
			if c.after == 0 {
				if wire.Err() != nil {
					t.Errorf("%s: canceled", name)
				}
				return
			}
			if took := time.Since(began); took != c.after || StoppedBy(wire) != error(SignalError{c.signal}) {
				t.Errorf("%s: canceled after %s, %v", name, took, context.Cause(wire))
			}
		})
	}
	if InFlight(4*time.Second) != 3*time.Second {
		t.Error("a short period has a short margin")
	}
}

// What tells of a run ends before the process is killed, and soon after a signal that came later.
func TestAfterwards(t *testing.T) {
	const never = time.Hour
	for name, c := range map[string]struct {
		soft, wire time.Duration // when a signal ends each, from the end of the run
		after      time.Duration
	}{
		"no signal":                   {never, never, never},
		"stopped":                     {-time.Second, never, 7500 * time.Millisecond},
		"stopped, and again":          {-time.Second, 3 * time.Second, 5 * time.Second},
		"stopped twice":               {-2 * time.Second, -time.Second, 2 * time.Second},
		"a signal when the run ended": {4 * time.Second, never, 6 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			soft, endSoft := context.WithCancelCause(t.Context())
			wire, endWire := context.WithCancelCause(t.Context())
			time.AfterFunc(10*time.Second+c.soft, func() { endSoft(SignalError{syscall.SIGTERM}) })
			time.AfterFunc(10*time.Second+c.wire, func() { endWire(SignalError{syscall.SIGTERM}) })
			<-time.After(10 * time.Second)
			began := time.Now()
			ctx, end := Afterwards(soft, wire, time.Minute)
			defer end()
			took := never
			select {
			case <-ctx.Done():
				took = time.Since(began)
			case <-time.After(time.Minute):
			}
			if took != c.after {
				t.Errorf("%s: ended after %s, want %s", name, took, c.after)
			}
		})
	}
}
