package run

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"usersync/cmd/usersync/internal/apply"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/earlier"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/engine"
	"usersync/sync/fingerprint"
	"usersync/sync/lookalike"
	"usersync/sync/mirror"
	"usersync/sync/parking"
)

// start is where a run starts: at the first record, or where an earlier part stopped.
type start struct {
	files   *output.Files
	records reader.Records
	stop    func()             // stops reading records
	read    *checkpoint.Digest // of the records that are written
	before  output.Contents    // what an earlier part of the run has written
	// deleting are the users that it was deleting, absorbed those that runs were deleting
	// which this one absorbs, true if the API confirmed it.
	deleting, absorbed map[string]bool
	unanswered         []unanswered     // of it, and of runs that are absorbed
	renamed            int              // users that it gave a new id after its checkpoint
	hashes             fingerprint.Rows // of rows that are sent
	parking            *parking.Finder  // nil without a ledger
	engine.Resumed
}

// release stops reading records, unless one is still being read, and releases the run's
// files.
func (s *start) release(reading bool) error {
	if s == nil {
		return nil
	}
	if !reading {
		s.stop()
	}
	return s.files.Release()
}

// beginning finds out where a run starts, while it holds the lock of the scope.
type beginning struct {
	*base
	lease    *connect.Lease
	presence *mirror.Presence // of a mirror; nil otherwise
	similar  *lookalike.Finder
	shard    *shard // nil if the run is not made in shards
}

// Begin locks the account, resumes an earlier run of the same input or starts a new one,
// and absorbs other unfinished runs. If it fails, nothing was sent. Release the run that
// it returns before p.
func (p *Prepared) Begin(ctx context.Context) (*Run, error) {
	b := &beginning{base: p.base, lease: &connect.Lease{}}
	start := b.start
	if b.Config.Shards.Split() {
		start = b.startShard
	}
	at, err := start(ctx)
	if err == nil && at != nil {
		// The files are there, so a signal is left to Send, which sums the run up.
		at.parking, err = b.Parking(context.WithoutCancel(ctx), b.lease.Ledger, b.started)
	}
	if err != nil && b.shard != nil && b.lease != nil { // its files may be another process's by now
		err = cmp.Or(whyLost(err, b.lease), err)
	}
	if err != nil {
		return nil, errors.Join(err, at.release(false), b.release())
	}
	return newRun(b, at), nil
}

// start returns where the run starts. Release it even if there is an error.
func (b *beginning) start(ctx context.Context) (at *start, err error) {
	if b.Config.Target.Sandbox {
		return b.startSandbox(ctx)
	}
	if b.lease, err = connect.Acquire(ctx, b.Config, b.Scope(), b.Config.Output.RunsDir, b.started.UTC().Format("20060102T150405Z"), history.AddressEvidence(b.Config), b.waiting); err != nil {
		return nil, exit.NothingSent(err)
	}
	if err = b.compareIDs(ctx); err != nil {
		return nil, err
	}
	runs, err := b.account().Find(ctx)
	if err != nil {
		return nil, err
	}
	left, foreign := history.SplitFeeds(runs.Left)
	at, left, err = b.resumeAny(ctx, left)
	if err != nil {
		return at, err
	}
	left = slices.Concat(left, foreign, runs.Stored)
	if at == nil {
		if err := apply.CheckLedger(ctx, b.options.Plan, b.Setup, b.lease.Ledger, left); err != nil {
			return nil, err
		}
		if at, err = b.startNew(ctx); err != nil {
			return at, err
		}
		at.absorbed = earlier.DeletingBy(left)
	} else if _, err := b.register(ctx, at.files.Run(), at.Written); err != nil {
		return at, err
	}
	if err = b.expect(at, left); err != nil {
		return at, err
	}
	if err = b.account().End(ctx, left, runs, at.files.Run()); err == nil {
		b.removeShards(ctx, b.lease.Ledger)
	}
	return at, err
}

// startSandbox starts a run with a new ledger in the run's own directory, because the
// sandbox holds nothing from before.
func (b *beginning) startSandbox(ctx context.Context) (*start, error) {
	at, err := b.startNew(ctx)
	if err != nil {
		return at, err
	}
	if b.Config.Ledger.URL == config.NoLedger {
		return at, b.compareIDs(ctx)
	}
	b.lease, err = connect.Acquire(ctx, b.Config, b.Scope(), at.files.Dir().Path(), at.files.Run(), nil, nil)
	if err == nil {
		err = b.compareIDs(ctx)
	}
	if err == nil {
		_, err = b.register(ctx, at.files.Run(), at.Written)
	}
	return at, err
}

func (b *beginning) startNew(ctx context.Context) (at *start, err error) {
	h := b.header()
	defer func() {
		if err != nil && h.Order > 0 && b.shard == nil { // the same command starts a shard again
			err = errors.Join(err, b.withdraw(ctx, h.Run))
		}
	}()
	if b.Config.Output.RedactIDs {
		h.PseudonymKey = preview.PseudonymKey(b.lease.Ledger)
	}
	files, err := output.Create(b.shard.part(b.outputSpec(h, b.lease.Ledger)), b.started, func(run string) (err error) {
		h.Run = run
		h.Order, err = b.register(ctx, run, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	at = &start{files: files, read: checkpoint.NewDigest(), records: b.input(ctx, 0), stop: func() {}}
	if h.RowKey = newRowKey(b.lease.Ledger, h.Sandbox); !h.Sandbox { // what went to the sandbox is never continued
		if at.hashes, err = rowHashes(b.lease.Ledger, h); err != nil {
			return at, err
		}
	}
	if err := files.Begin(h); err != nil {
		return at, &history.DirError{Err: err}
	}
	return at, nil
}

// compareIDs prepares to compare the ids of the input with those of the ledger: which look
// alike, and, for a mirror, who is in the input. A sandbox run needs no mirror's: its ledger
// is empty, so no user is missing.
func (b *beginning) compareIDs(ctx context.Context) (err error) {
	b.similar = lookalike.New(nil)
	if b.lease.Ledger != nil {
		b.similar = lookalike.New(b.lease.Ledger.Identities())
	}
	b.presence = nil
	if b.shard != nil && !b.shard.Closing() { // the process that comes after all shards looks for missing users
		return nil
	}
	if b.Config.Target.Mode != config.Mirror || b.options.Retried.Run != "" || b.Config.Target.Sandbox {
		return nil
	}
	b.similar = lookalike.NewForMirror(b.lease.Ledger.Identities())
	if b.presence, err = mirror.NewPresence(ctx, b.lease.Ledger); err == nil {
		b.presence.Similar = b.similar
	}
	return err
}

// release unlocks the account.
func (b *beginning) release() error {
	if b.lease == nil {
		return nil
	}
	return b.lease.Close()
}
