// Package run takes a run from its input to its summary. Setup opens and checks
// everything that can be refused before the first call, Begin locks the account and
// finds out where the run starts, Send runs the engine, and Close writes the summary and
// the end of the journal.
//
// It prints no report and does not choose exit codes: the caller does, and says which
// command to type next. Start at Setup.
package run

import (
	"context"
	"errors"
	"io"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/apply"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/retry"
	"usersync/cmd/usersync/internal/shards"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/plan"
	"usersync/sync/protect"
	"usersync/sync/pseudonym"
	"usersync/sync/telemetry"
	"usersync/writer/index"
	"usersync/writer/progress"
)

// Options say how to run, besides the settings. Log and Progress share standard error,
// and are open.
type Options struct {
	Files  []string // of the command line; empty: those of the settings
	Stdin  io.Reader
	Stdout io.Writer // for --results -
	Now    func() time.Time
	Wire   context.Context // ends when calls in flight must be canceled
	Args   []string        // of the process, for journal and summary
	// Observer is told of every call, besides what the run itself keeps of them; nil is not.
	Observer telemetry.Observer

	Log      terminal.Log
	Progress *progress.Progress

	// Publish uploads the files of a run that its shards made; nil does not. Until it has, the run
	// is not over: the volume of the process that has merged it may be its own.
	Publish func(ctx context.Context, runsDir, run string) error

	Resume  string       // the run to resume; empty: the newest with the same settings and input, or a new one
	Retried retry.Source // the run whose rejects are the input
	Plan    *plan.Plan   // the plan to apply, or nil; the caller closes it
}

// Prepared is a run that passed every check that is possible before the first call. It
// is for one goroutine.
type Prepared struct{ *base }

// base is what all stages of a run share.
type base struct {
	*preview.Setup
	options   Options
	started   time.Time
	originals *history.Originals // nil if no masked secret is needed
	protected *protect.List
	reading   bool // the input is still being read although the run has ended
}

// Setup opens and checks everything that can be refused before the first call. Its error
// is usually an *exit.Error. Release what it returns.
func Setup(ctx context.Context, c *config.Config, o Options) (*Prepared, error) {
	if c.Invocation.Verb != "run" || o.Resume != "" || o.Plan != nil || o.Retried.Run != "" {
		c.Shards = config.Shards{} // only a run is made in shards
	}
	if err := errors.Join(c.Output.Check(), c.CheckPublish()); err != nil {
		return nil, err
	}
	if err := o.await(ctx, c); err != nil {
		return nil, err
	}
	started := o.Now()
	paths, err := input.Paths(ctx, c, o.Files)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(input.CheckResults(c, paths, o.Stdin), o.checkTwice(c, paths), shards.Check(c, paths)); err != nil {
		return nil, err
	}
	if err := errors.Join(o.checkAddress(ctx, c, paths), connect.CheckScope(ctx, c, history.AddressEvidence(c))); err != nil {
		return nil, err
	}
	conn, err := connect.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := conn.Share(c); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	b := &base{options: o, started: started}
	if err := b.open(ctx, c, conn, paths); err != nil {
		return nil, errors.Join(err, b.originals.Close(), conn.Close())
	}
	return &Prepared{b}, nil
}

// open opens what a retry needs, then the input.
func (b *base) open(ctx context.Context, c *config.Config, conn *connect.Connection, paths []string) (err error) {
	if b.originals, err = b.options.Retried.FindOriginals(ctx, c, conn.Client.Traits(), paths, b.options.Stdin, b.options.Log.Logger); err != nil {
		return err
	}
	b.options.Log.Info("opening the input", zap.Strings("from", paths))
	if b.Setup, err = preview.Prepare(ctx, c, conn, paths, b.options.Stdin); err != nil {
		return err
	}
	b.protected, err = b.Check(ctx)
	if err = errors.Join(err, apply.CheckInput(ctx, b.options.Plan, b.Setup)); err != nil {
		return errors.Join(err, b.Input.Close())
	}
	return nil
}

// Release closes what Setup opened, except an input that is still being read: a read from
// a pipe cannot be interrupted.
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
		Version: exit.ReadBuild().Version, Started: b.started, Scope: b.Scope(), Mode: string(c.Target.Mode), Args: c.Invocation.Without(config.ShardFlag, config.RunIDFlag).Args(b.Paths),
		ConfigSHA256: c.RunDigest(), MappingSHA256: c.MappingDigest(),
		Sandbox: c.Target.Sandbox, Retry: b.options.Retried.InJournal(), Durability: journal.Durability{Unsafe: b.Conn.Unsafe(), Synced: b.Conn.Slow || c.Ledger.Shared()}, Plan: apply.InJournal(b.options.Plan),
		Registered: journal.Registered{Ledger: c.LedgerName(), IndexKey: index.NewKey()}, Inputs: b.Versions(),
	}
}

// outputSpec says which files the run of a journal writes, and how; l may be nil.
func (b *base) outputSpec(h journal.Header, l *ledger.Ledger) output.Spec {
	ids, _ := pseudonym.ParseKey(h.PseudonymKey)
	var store func(string) *ledger.StoredFile
	if l.Stored().Kept() {
		store = l.Stored().File
	}
	return output.Spec{Store: store, Pseudonyms: ids, Output: b.Config.Output, Ledger: b.Config.Ledger.URL != config.NoLedger, Layout: b.Input.Layout(), Inputs: len(b.Paths), Stdout: b.options.Stdout, Progress: b.options.Progress}
}
