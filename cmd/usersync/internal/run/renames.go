package run

import (
	"context"
	"iter"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/preview"
	"usersync/reader"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// mover is the ledger of a run that renames users.
type mover struct {
	*ledger.Ledger
	run string
}

// Rename gives a user of the ledger another id.
func (m mover) Rename(ctx context.Context, pair ledger.Renaming) error {
	return m.Admin().Rename(ctx, []ledger.Renaming{pair})
}

// ClearIntent removes the entry of a user whose create was not accepted.
func (m mover) ClearIntent(ctx context.Context, id string) error {
	return m.Ledger.ClearIntent(ctx, m.run, []ledger.Entry{{ID: id}})
}

// newRenames reads the whole input, which it opens again, to find out which users a mirror
// may rename; nil if it may rename none.
func (r *Run) newRenames(ctx context.Context) (*mirror.Renames, error) {
	if r.Config.Guards.Renames == 0 || r.presence == nil || r.options.Plan != nil {
		return nil, nil
	}
	r.options.Log.Info("reading the whole input to see which ids are not in it")
	before := r.Versions()
	first, err := r.Duplicate(ctx)
	if err != nil {
		return nil, err
	}
	renames, why, err := mirror.NewRenames(ctx, mover{r.lease.Ledger, r.at.files.dir.ID()}, r.presence, mirror.FirstPass{
		Records: iter.Seq2[*user.Record, error](reader.Records(first.Input.Records()).Until(ctx)), Proved: first.Complete,
		Feed: r.Config.Ledger.Feed, Protected: r.protected, Most: max(0, r.Config.Guards.Renames-r.alreadyRenamed())})
	if why == "" && err == nil && ctx.Err() == nil {
		err = preview.SameVersions(before)
	}
	if closed := first.Input.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	if why != "" {
		r.options.Log.Always("no user is renamed: " + why)
	}
	return renames, nil
}

// alreadyRenamed counts the users that earlier parts of the run gave a new id: the limit is
// that of the whole run.
func (r *Run) alreadyRenamed() int {
	return r.at.files.counts.codes.Of(user.Updated, user.CodeRenamed) + r.at.renamed
}

// renamedIn counts the outcomes of users with a new id.
func renamedIn(settled []user.Settled) (n int) {
	for _, o := range settled {
		if o.Code == user.CodeRenamed {
			n++
		}
	}
	return n
}

// logRenames says how many users have a new id.
func (r *Run) logRenames() {
	if r.renames != nil && r.renames.Moved() > 0 {
		r.options.Log.Always("users of the ledger have a new id", zap.Int("renamed", r.renames.Moved()), zap.Int("at_most", r.Config.Guards.Renames))
	}
}
