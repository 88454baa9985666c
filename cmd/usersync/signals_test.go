package main

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

func TestTwoSignals(t *testing.T) {
	defer goleak.VerifyNone(t)
	soft, wire, release := interruptible(t.Context())
	defer release()

	send(t, syscall.SIGTERM)
	<-soft.Done()
	if want := (signalError{syscall.SIGTERM}); stoppedBy(soft) != want || wire.Err() != nil {
		t.Fatalf("after the first signal: %v, and the wire: %v", context.Cause(soft), wire.Err())
	}
	send(t, syscall.SIGINT)
	<-wire.Done()
	if want := (signalError{syscall.SIGTERM}); stoppedBy(soft) != want {
		t.Errorf("the second signal changed the cause to %v", context.Cause(soft))
	}
}

func TestReleaseWithoutSignal(t *testing.T) {
	defer goleak.VerifyNone(t)
	soft, _, release := interruptible(t.Context())
	release()
	if stoppedBy(soft) != nil {
		t.Errorf("no signal came, and the cause is %v", context.Cause(soft))
	}
}

func send(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(syscall.Getpid(), s); err != nil {
		t.Fatal(err)
	}
}

func TestSignalStandsForWhatItEnded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(signalError{syscall.SIGINT})
	if err := withSignal(ctx, context.Canceled); err != error(signalError{syscall.SIGINT}) {
		t.Errorf("got %v", err)
	}
	other := errors.New("disk broken")
	if err := withSignal(ctx, other); !errors.Is(err, other) || !strings.Contains(err.Error(), "stopped by ^C") {
		t.Errorf("got %v", err)
	}
	if err := withSignal(t.Context(), other); err != other {
		t.Errorf("got %v", err)
	}
}
