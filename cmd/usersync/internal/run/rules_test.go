package run

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"usersync/cmd/usersync/internal/config/configtest"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/checkpoint"
	"usersync/sync/sandbox"
)

var errDisk = errors.New("the disk is broken")

// broken are results that cannot be made durable.
type broken struct{ checkpoint.File }

func (broken) Persist() error { return errDisk }

// The settings of a run count as those of its feed only once all of the feed was sent, as it was
// when the run began, and everything is durable: a mirror deletes by them.
func TestRulesAreKeptOnceTheRunHasFinished(t *testing.T) {
	for name, c := range map[string]struct {
		begun func(r *Run, stop context.CancelCauseFunc)
		call  func(t *testing.T, stop context.CancelCauseFunc)
		kept  bool
	}{
		"it finished": {kept: true},
		"the last checkpoint failed": {begun: func(r *Run, _ context.CancelCauseFunc) {
			files := r.at.files
			r.checkpointer = checkpoint.New(checkpoint.Options{Run: files.Run(), Ledger: r.lease.Ledger, Journal: files.Journal(), Results: broken{files.Durable()},
				Rejects: files.Rejects(), Input: r.at.read, Start: r.options.Now(), Now: r.options.Now})
		}},
		"a signal came before it":          {begun: func(_ *Run, stop context.CancelCauseFunc) { stop(exit.SignalError{Signal: syscall.SIGINT}) }},
		"a signal came with the last call": {call: func(_ *testing.T, stop context.CancelCauseFunc) { stop(exit.SignalError{Signal: syscall.SIGINT}) }},
		"the input changed after it was read": {call: func(t *testing.T, _ context.CancelCauseFunc) {
			if err := os.WriteFile("users.csv", []byte("id,enrolled_rewards\n"), 0o600); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			ctx, stop := context.WithCancelCause(t.Context())
			defer stop(nil)
			api := sandbox.New(sandbox.Options{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				if c.call != nil {
					c.call(t, stop)
				}
				api.ServeHTTP(w, q)
			}))
			defer server.Close()
			config := filepath.Join(t.TempDir(), "usersync.yaml")
			if err := os.WriteFile(config, []byte("kard: {base_url: \""+server.URL+"\", organization: any}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := Setup(ctx, configtest.Loaded(t, connect.Sections, nil, "--to", "kard", "--config", config), o)
			if err != nil {
				t.Fatal(err)
			}
			r, err := p.Begin(ctx)
			if err != nil {
				t.Fatal(errors.Join(err, p.Release()))
			}
			if c.begun != nil {
				c.begun(r, stop)
			}
			_, err = r.Send(ctx)
			_, kept, failed := r.lease.Ledger.Rules(t.Context())
			if failed != nil || kept != c.kept || (err == nil) != c.kept {
				t.Errorf("the rules are kept: %v, %v; %v", kept, failed, err)
			}
			if err := errors.Join(r.Release(), p.Release()); err != nil {
				t.Error(err)
			}
		})
	}
}
