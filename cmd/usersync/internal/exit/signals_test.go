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
