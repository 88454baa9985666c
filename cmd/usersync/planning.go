package main

import (
	"context"
	"errors"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/engine"
	"usersync/sync/ledger"
	"usersync/writer"
)

// planning runs the engine over an input as a run does, with the destination
// replaced by one that sends nothing.
type planning struct {
	env    *env
	config *config
	conn   *connection
	input  *reader.Input
	ledger *ledger.Ledger // nil: there is none, or none yet
	read   bool           // make the reads that updates need
	file   *planFile      // nil: it is not kept

	protected map[string]struct{} // users to whom nothing is done
	would     *job                // the run that is planned, where deletions are to be found; else nil
}

// run returns what a run would come to. The input is still being read where the
// summary says so.
func (p planning) run(ctx context.Context) (f *foreseen, counts engine.Summary, err error) {
	f = newForeseen()
	f.file = p.file
	work := engine.Job{
		Records:     p.records(ctx).Until(ctx).Batches(recordsAtOnce),
		Destination: dry(p.conn.client, p.manners(f), p.read, &f.calls),
		Results:     f,
		BatchSize:   p.conn.batchSize(p.config.Pace.BatchSize),
		Workers:     p.config.Pace.Workers,
	}
	if !p.config.Ledger.AllowStale {
		work.Superseded = (&staleness{runsDir: p.config.Output.RunsDir}).superseded
	}
	if p.config.Ledger.URL != noLedger {
		sight := newForesight(ctx, p.ledger, p.config.Ledger.Full)
		defer func() { err = errors.Join(err, sight.scratch.close()) }()
		if p.would != nil && p.would.attendance != nil {
			sight.attendance, work.Absent = p.would.attendance, p.absentees(f)
		}
		work.Ledger, work.Results, f.changes = sight, writer.Tee(f, sight.scratch), &sight.changes
	}
	counts, err = work.Run(ctx)
	f.read, f.absent = counts.Read-counts.Absent, counts.Absent
	return f, counts, exit.WithSignal(ctx, err)
}

func (p planning) manners(f *foreseen) manners {
	return manners{pace: p.conn.pace, wire: p.env.wire, retries: p.config.Pace.Retries, calls: &f.made, protected: p.protected}
}
