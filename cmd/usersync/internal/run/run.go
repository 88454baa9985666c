// Package run is a run on its way from files to a summary. It has a life: Setup opens
// everything that can be refused before the first call, Begin takes the lock of the
// account and finds out where the run starts, Send runs the engine, and Close writes
// the summary and the end of the journal.
//
// It prints nothing and does not know exit codes: what a person is told of a run, and
// the command to type next, are up to the caller. Start at Setup.
package run

import (
	"context"
	"errors"
	"io"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/cmd/usersync/internal/preview"
	"usersync/sync/journal"
	"usersync/sync/plan"
	"usersync/writer/progress"
)

// Options are what a run is told besides its settings. Log and Progress share
// standard error, and are open.
type Options struct {
	Files  []string // of the command line; none: those of the settings
	Stdin  io.Reader
	Stdout io.Writer // takes --results -
	Now    func() time.Time
	Wire   context.Context // ends when calls on the wire are to be cut
	Args   []string        // of the process, for journal and summary

	Log      Log
	Progress *progress.Progress

	Resume  string     // the run to resume; empty for a new one, or the newest like it
	Retried Retried    // the run whose rejects are the input
	Plan    *plan.Plan // nil where no plan is applied; it stays the caller's to close
}

// Retried is the run whose rejects are sent again; the zero value is none.
type Retried struct {
	history.Rejects
	Trailer string // of its input, if that is not rejects
}

// Log is where a run says what it does. Nothing personal goes into it.
type Log struct {
	*zap.Logger
	// Data takes JSON, whatever --log-level says; nil where the log is for people.
	Data *zap.Logger
}

// Always says what is worth knowing at any log level.
func (l Log) Always(what string, facts ...zap.Field) {
	if l.Data != nil {
		l.Data.Info(what, facts...)
		return
	}
	l.Warn(what, facts...)
}

// Prepared is a run of which everything was checked that can be refused before the
// first call. It is for one goroutine.
type Prepared struct{ *base }

// base is what all of a run's life is built on.
type base struct {
	*preview.Setup
	options   Options
	started   time.Time
	originals *history.Originals // nil where no secret is to be looked for
	protected map[string]struct{}
	reading   bool // the input is still being read, though the run is over
}

// Setup opens everything that can be refused before the first call. What is refused
// is an *exit.Error, as a rule. Release what it returns.
func Setup(ctx context.Context, c *config.Config, o Options) (*Prepared, error) {
	started := o.Now()
	if err := c.Output.Check(); err != nil {
		return nil, err
	}
	paths, err := input.Paths(o.Files, c.Input.From)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(input.CheckResults(c, paths, o.Stdin), o.checkTwice(c, paths)); err != nil {
		return nil, err
	}
	conn, err := connect.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	b := &base{options: o, started: started}
	if err := b.open(ctx, c, conn, paths); err != nil {
		return nil, errors.Join(err, b.originals.Close(), conn.Close())
	}
	return &Prepared{b}, nil
}

// open opens the input, and before it what a retry needs.
func (b *base) open(ctx context.Context, c *config.Config, conn *connect.Connection, paths []string) (err error) {
	if b.originals, err = b.options.findOriginals(ctx, c, conn.Client.Traits(), paths); err != nil {
		return err
	}
	b.options.Log.Info("opening the input", zap.Strings("from", paths))
	if b.Setup, err = preview.Prepare(ctx, c, conn, paths, b.options.Stdin); err != nil {
		return err
	}
	b.protected, err = b.Check()
	if err = errors.Join(err, checkBound(ctx, b.options.Plan, b.Setup)); err != nil {
		return errors.Join(err, b.Input.Close())
	}
	return nil
}

// Release gives back what was opened. An input that is still being read is left
// alone: a read of a pipe cannot be interrupted.
func (p *Prepared) Release() error {
	var errs []error
	if !p.reading {
		errs = append(errs, p.Input.Close(), p.originals.Close())
	}
	return errors.Join(append(errs, p.Conn.Close())...)
}

func (b *base) header() journal.Header {
	c := b.Config
	return journal.Header{
		Version: exit.ReadBuild().Version, Started: b.started, Scope: b.Scope(), Mode: string(c.Target.Mode), Args: c.Invocation.Args(b.Paths),
		ConfigSHA256: c.RunDigest(), MappingSHA256: c.MappingDigest(),
		Rehearsal: c.Target.Sandbox, Retried: b.options.Retried.Run, Durability: journal.Durability{Unsafe: b.Conn.Unsafe(), Synced: b.Conn.Slow}, Plan: planInJournal(b.options.Plan),
		Registered: journal.Registered{Ledger: c.LedgerName()}, Inputs: b.Versions(),
	}
}

// filesSpec says which files the run writes.
func (b *base) filesSpec() filesSpec {
	return filesSpec{Output: b.Config.Output, layout: b.Input.Layout(), stdout: b.options.Stdout, progress: b.options.Progress}
}
