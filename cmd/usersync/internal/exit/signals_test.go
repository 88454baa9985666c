package exit

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
	if err := WithSignal(t.Context(), other); err != other {
		t.Errorf("got %v", err)
	}
}
