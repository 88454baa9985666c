package run

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/ownership"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/view"
	"usersync/sync/checkpoint"
	"usersync/sync/destination"
	"usersync/sync/destination/canary"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/stack"
	"usersync/sync/engine"
	"usersync/sync/ledger"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// job is the engine's work, without its records.
func (r *Run) job(ctx, wire context.Context, known *view.Ledger) (work engine.Job, err error) {
	c, files := r.Config, r.at.files
	var owners *owned.Owners
	owners, r.renames, err = r.keys().Owners(ctx)
	adopt, failed := r.adoption(ctx, r.lease.Ledger)
	err = errors.Join(err, failed)
	work = engine.Job{
		Destination: r.middleware(wire, owners, adopt).Wrap(inFlight{r.Conn.Client, &r.stopping.Calls}),
		Results:     files.Writer(r.checkpointer),
		Limits:      engine.Limits{BatchSize: r.Conn.BatchSize(c), FindWorkers: r.Conn.Pace.Workers, CanaryWorkers: r.Conn.Pace.CanaryWorkers, Window: r.shard.window()},
		Journal:     &r.sent,
		Names:       destination.Names(r.Conn.Client),
		Guards: engine.Guards{
			AbsentOK:  c.Guards.AbsentOK || c.Target.Sandbox,
			Deleted:   r.at.before.Noted.Deletes,
			Deletes:   r.shard.deleted(r.at.before.Noted.Deletes),
			MaxErrors: r.maxErrors(r.at.before.Outcomes),
		},
		Resumed:  r.at.Resumed,
		Applying: r.options.Plan != nil,
		Stats:    r.stats,
		Canary:   c.Guards.Canary,
		IDs:      engine.IDs{Looked: preview.Finding(r.similar, r.at.parking), RefuseRepeated: c.Input.RefuseRepeated},
	}
	if !c.Ledger.AllowStale {
		work.Superseded = r.staleness(ctx, r.lease.Ledger, files.Run()).Superseded
	}
	if r.sent.hashes.Set() {
		work.RowHash = r.sent.hashes.Hash
	}
	if known != nil {
		work.Ledger, work.Repeats = known, known
	}
	if r.presence != nil {
		work.Missing = r.options.Plan.ApplyDeletions(missing{base: r.base, at: r.at, ledger: r.lease.Ledger, presence: r.presence, checkpointer: r.checkpointer, measured: &r.measured, invalid: r.shard.invalid()}.deletions)
	}
	return work, err
}

// keys is what tells whose the keys of the API are.
func (r *Run) keys() ownership.Run {
	keys := ownership.Run{
		Setup: r.Setup, Log: r.options.Log, Ledger: r.lease.Ledger, Presence: r.presence, Protected: r.protected, Files: r.at.files, Planned: r.options.Plan != nil,
		Written: r.at.Written, Keys: r.at.before.Keys, Renamed: r.at.alreadyRenamed(), Checkpointed: r.checkpointer.Checkpointed,
	}
	if r.shard != nil {
		keys.Share = r.others().Own
	}
	return keys
}

// maxErrors is the limit on invalid and refused records, after an earlier part of the run.
func (r *Run) maxErrors(before map[user.Status]int) engine.MaxErrors {
	limit := r.Config.Guards.MaxErrors
	return engine.MaxErrors{Count: limit.Count, Percent: limit.Percent, After: preview.ErrorsAfter, Before: before,
		Parked: r.at.files.Counts().Of(user.Refused, user.CodeParked), Others: r.shard.counts()}
}

// middleware configures what is around the client; wire is the context of its calls.
func (r *Run) middleware(wire context.Context, owners *owned.Owners, adopt *stack.Adoption) stack.Options {
	c := r.Config
	keys := stack.Keys{Owners: owners}
	if r.lease.Ledger != nil {
		keys.Holders, keys.Deletions = r.lease.Ledger.Identities(), r.lease.Ledger.Identities()
	}
	observers := telemetry.Tee{r.stats, r.log}
	if r.options.Observer != nil {
		observers = append(observers, r.options.Observer)
	}
	return stack.Options{
		Pacer: r.Conn.Pace, Lease: r.lease, Wire: wire, Calls: &r.calls, Client: stack.FeaturesOf(r.Conn.Client), Keys: keys,
		Retries: c.Pace.Retries, Quiet: r.quiet(),
		Intents: checkpoint.Intents{Run: r.at.files.Run(), Ledger: r.lease.Ledger, Journal: &r.sent}, Sent: r.sent.Sent,
		Adopt: adopt, Absences: r.at.absences(c, r.lease.Ledger), Protected: r.protected, Observer: observers, Retrying: &r.way.retrying,
		Canary: canary.Options{Records: c.Guards.Canary, Patience: c.Pace.Timeout, AnswersOnly: c.Guards.CanaryAnswersOnly},
	}
}

// staleness finds rejects that are older than what l, which may be nil, knows of their users.
func (b *base) staleness(ctx context.Context, l *ledger.Ledger, run string) *history.Staleness {
	log := b.options.Log
	return &history.Staleness{Run: run, Dir: b.Config.Output.RunsDir,
		Order: history.Orders(ctx, l, func(err error) {
			log.Warn("the ledger's order of runs is not known: clocks order them", zap.Error(err))
		}), Unchanged: view.Unchanged(ctx, l, log.Logger)}
}
