package terminal

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/writer/progress"
)

// Stopping says at once that a signal was received, and what the run waits for.
type Stopping struct {
	Log      Log
	Progress *progress.Progress
	Timeout  time.Duration // of a call
	InFlight time.Duration // how long calls may take after SIGTERM
	Calls    atomic.Int64  // in flight
}

// Announce waits for a signal. stop ends the wait, or lets a message that is being
// printed finish.
func (s *Stopping) Announce(ctx context.Context) (stop func()) {
	said := make(chan struct{})
	drop := context.AfterFunc(ctx, func() {
		defer close(said)
		if signal := exit.StoppedBy(ctx); signal != nil {
			most := s.Timeout
			if signal != error(exit.SignalError{Signal: syscall.SIGINT}) {
				most = min(most, s.InFlight)
			}
			s.print(stoppingText(s.Calls.Load(), most.String()))
		}
	})
	return func() {
		if !drop() {
			<-said
		}
	}
}

func (s *Stopping) print(text string) {
	if s.Log.Data != nil {
		s.Log.Data.Info(text)
		return
	}
	if _, err := fmt.Fprintf(s.Progress.Above(), "usersync: %s\n", text); err != nil {
		s.Log.Warn("a message could not be shown", zap.Error(err))
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
