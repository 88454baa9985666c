package main

import (
	"context"
	"errors"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/destination/stack"
	"usersync/sync/engine"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/plan"
	"usersync/writer"
)

// planning runs the engine over an input as a run does, with the destination
// replaced by one that sends nothing.
type planning struct {
	config *config.Config
	conn   *connect.Connection
	wire   context.Context // ends when calls on the wire are to be cut
	input  *reader.Input
	ledger *ledger.Ledger // nil: there is none, or none yet
	read   bool           // make the reads that updates need
	file   *plan.Writer   // nil: it is not kept

	protected map[string]struct{} // users to whom nothing is done
	presence  *mirror.Presence    // nil: no deletions are looked for
}

// run returns what a run would come to. The input is still being read where the
// summary says so.
func (p planning) run(ctx context.Context) (f *foreseen, counts engine.Summary, err error) {
	f = newForeseen()
	f.file = p.file
	work := engine.Job{
		Records:     present(ctx, p.presence, p.input, 0).Until(ctx).Batches(recordsAtOnce),
		Destination: p.manners(f).Planned(p.conn.Client, p.read, &f.calls),
		Results:     f,
		BatchSize:   p.conn.BatchSize(p.config.Pace.BatchSize),
		Workers:     p.config.Pace.Workers,
	}
	if !p.config.Ledger.AllowStale {
		work.Superseded = (&history.Staleness{Dir: p.config.Output.RunsDir}).Superseded
	}
	if p.config.Ledger.URL != config.NoLedger {
		known := plan.OverlayOptions{Ledger: p.ledger, Full: p.config.Ledger.Full}
		if p.presence != nil {
			known.Saw, work.Absent = p.presence.Saw, p.missing(f)
		}
		overlay := plan.NewOverlay(known)
		defer func() { err = errors.Join(err, overlay.Close()) }()
		work.Ledger, work.Results, f.changes = overlay, writer.Tee(f, overlay), overlay.Changes()
	}
	counts, err = work.Run(ctx)
	f.read, f.absent = counts.Read-counts.Absent, counts.Absent
	return f, counts, exit.WithSignal(ctx, err)
}

func (p planning) manners(f *foreseen) stack.Options {
	return stack.Options{Pacer: p.conn.Pace, Wire: p.wire, Retries: p.config.Pace.Retries, Calls: &f.made, Protected: p.protected}
}
