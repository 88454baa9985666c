package run

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/user"
	"usersync/writer/progress"
)

// inFlight is a client that counts its calls in flight.
type inFlight struct {
	connect.Client
	calls *atomic.Int64
}

func (f inFlight) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	f.calls.Add(1)
	defer f.calls.Add(-1)
	return f.Client.Apply(ctx, b)
}

func (f inFlight) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	f.calls.Add(1)
	defer f.calls.Add(-1)
	return f.Client.Find(ctx, r)
}

// stopping says at once that a signal was received, and what the run waits for.
type stopping struct {
	log      Log
	progress *progress.Progress
	timeout  time.Duration // of a call
	inFlight time.Duration // how long calls may take after SIGTERM
	calls    atomic.Int64  // in flight
}

// announce waits for a signal. stop ends the wait, or lets a message that is being
// printed finish.
func (s *stopping) announce(ctx context.Context) (stop func()) {
	said := make(chan struct{})
	drop := context.AfterFunc(ctx, func() {
		defer close(said)
		if signal := exit.StoppedBy(ctx); signal != nil {
			most := s.timeout
			if signal != error(exit.SignalError{Signal: syscall.SIGINT}) {
				most = min(most, s.inFlight)
			}
			s.print(stoppingText(s.calls.Load(), most.String()))
		}
	})
	return func() {
		if !drop() {
			<-said
		}
	}
}

func (s *stopping) print(text string) {
	if s.log.Data != nil {
		s.log.Data.Info(text)
		return
	}
	if _, err := fmt.Fprintf(s.progress.Above(), "usersync: %s\n", text); err != nil {
		s.log.Warn("a message could not be shown", zap.Error(err))
	}
}

func stoppingText(calls int64, timeout string) string {
	switch calls {
	case 0:
		return "stopping: no call is in flight"
	case 1:
		return "stopping: 1 call is in flight and may take up to " + timeout + "; ^C again cancels it"
	}
	return fmt.Sprintf("stopping: %d calls are in flight and may take up to %s; ^C again cancels them", calls, timeout)
}
