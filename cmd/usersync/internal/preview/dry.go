package preview

import (
	"context"
	"errors"
	"iter"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/stack"
	"usersync/sync/engine"
	"usersync/sync/ledger"
	"usersync/sync/lookalike"
	"usersync/sync/mirror"
	"usersync/sync/plan"
	"usersync/sync/protect"
	"usersync/sync/user"
	"usersync/writer"
)

// DryRun runs the engine over an input as a run does, but with a destination that sends
// nothing.
type DryRun struct {
	*Setup
	Wire      context.Context // ends when calls in flight must be canceled
	Ledger    *ledger.Ledger  // nil without one
	Protected *protect.List   // users never to touch; nil: none
	Now       time.Time       // when the run would start
	// OnChanges is called, if set, when a look ahead knows how many known users would
	// change, and how many are known.
	OnChanges func(changed, known int)

	read     bool             // make the reads that updates need
	file     *plan.Writer     // nil if the plan is not saved
	presence *mirror.Presence // nil if no deletions are planned
}

// run returns the outcome that a run would have. If counts.Reading is set, the input is
// still being read.
func (d DryRun) run(ctx context.Context) (f *outcomes, counts engine.Summary, err error) {
	f = newOutcomes()
	f.ids = d.pseudonyms()
	f.file = d.file
	owners, err := d.owners(ctx)
	if err != nil {
		return f, counts, err
	}
	work := engine.Job{
		Records:     reader.Records(d.LimitDeletes(ctx, iter.Seq2[*user.Record, error](d.Records(ctx, d.presence, 0)), Deletes{Ledger: d.Ledger, Protected: d.Protected})).Until(ctx).Batches(RecordsAtOnce),
		Destination: d.middleware(f, owners).WrapDry(d.Conn.Client, d.read, &f.calls),
		Results:     f,
		Names:       destination.Names(d.Conn.Client),
		Limits:      engine.Limits{BatchSize: d.Conn.BatchSize(d.Config), Workers: d.Config.Pace.Workers},
		IDs:         engine.IDs{RefuseRepeated: d.Config.Input.RefuseRepeated},
	}
	if !d.Config.Ledger.AllowStale {
		var unordered error
		order := history.Orders(ctx, d.Ledger, func(err error) { unordered = err })
		defer func() { err = errors.Join(err, unordered) }()
		work.Superseded = (&history.Staleness{Dir: d.Config.Output.RunsDir, Order: order}).Superseded
	}
	similar := lookalike.New(nil)
	if d.Config.Ledger.URL != config.NoLedger {
		overlay := d.overlay(&work, f)
		defer func() { err = errors.Join(err, overlay.Close()) }()
		if similar = lookalike.New(overlay); d.presence != nil {
			similar = lookalike.NewForMirror(overlay)
			d.presence.Similar = similar
		}
	}
	parked, err := d.Parking(ctx, d.Ledger, d.Now)
	if err != nil {
		return f, counts, err
	}
	work.Looked = Finding(similar, parked)
	counts, err = work.Run(ctx)
	f.read, f.absent = counts.Read-counts.Missing, counts.Missing
	return f, counts, exit.WithSignal(ctx, err)
}

// overlay shows the work what the ledger would hold.
func (d DryRun) overlay(work *engine.Job, f *outcomes) *plan.Overlay {
	known := plan.OverlayOptions{Ledger: d.Ledger, Full: d.Config.Ledger.Full}
	if d.presence != nil {
		known.OnSeen, work.Missing = d.presence.Seen, d.missing(f)
	}
	overlay := plan.NewOverlay(known)
	work.Repeats = overlay
	work.Ledger, work.Results, f.changes = overlay, writer.Tee(f, overlay), overlay.Changes()
	return overlay
}

func (d DryRun) middleware(f *outcomes, owners *owned.Owners) stack.Options {
	return stack.Options{Pacer: d.Conn.Pace, Wire: d.Wire, Retries: d.Config.Pace.Retries, Calls: &f.made, Keys: stack.Keys{Owners: owners}, Protected: d.Protected}
}

// owners returns whose the keys of the API are; nil if it makes none. Nothing that a dry
// run finds enters the ledger.
func (d DryRun) owners(ctx context.Context) (*owned.Owners, error) {
	if !d.Conn.Client.Traits().OwnKeys {
		return nil, nil
	}
	o := owned.Options{}
	if d.Ledger != nil {
		if err := d.Ledger.Identities().FindShared(ctx); err != nil {
			return nil, err
		}
		o.Holders = d.Ledger.Identities()
	}
	if d.presence != nil {
		o.Met = d.presence.Led
	}
	return owned.NewOwners(o), nil
}
