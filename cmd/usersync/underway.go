package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/user"
)

// underWay is a client that knows how many of its calls have no answer yet.
type underWay struct {
	connect.Client
	calls *atomic.Int64
}

func (u underWay) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	u.calls.Add(1)
	defer u.calls.Add(-1)
	return u.Client.Apply(ctx, b)
}

func (u underWay) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	u.calls.Add(1)
	defer u.calls.Add(-1)
	return u.Client.Find(ctx, r)
}

// answerSignal tells at once that a signal was heard, and what is waited for.
// stop ends the wait for one, and waits for what is being said.
func (j *job) answerSignal(ctx context.Context) (stop func()) {
	said := make(chan struct{})
	drop := context.AfterFunc(ctx, func() {
		defer close(said)
		if exit.StoppedBy(ctx) != nil {
			j.tellStopping(stopping(j.underWay.Load(), j.config.Pace.Timeout.String()))
		}
	})
	return func() {
		if !drop() {
			<-said
		}
	}
}

func (j *job) tellStopping(text string) {
	if j.log.data != nil {
		j.log.data.Info(text)
		return
	}
	if _, err := fmt.Fprintf(j.progress.Above(), "usersync: %s\n", text); err != nil {
		j.log.Warn("a message could not be shown", zap.Error(err))
	}
}

func stopping(calls int64, timeout string) string {
	switch calls {
	case 0:
		return "stopping: no call is under way"
	case 1:
		return "stopping: 1 call is under way and may take up to " + timeout + "; ^C again cuts it"
	}
	return fmt.Sprintf("stopping: %d calls are under way and may take up to %s; ^C again cuts them", calls, timeout)
}
