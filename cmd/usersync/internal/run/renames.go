package run

import (
	"context"
	"iter"

	"usersync/cmd/usersync/internal/preview"
	"usersync/reader"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// newRenames reads the whole input, which it opens again, to find out which users a mirror
// may rename; nil if it may rename none.
func (o ownership) newRenames(ctx context.Context) (*mirror.Renames, error) {
	if o.Config.Guards.Renames == 0 || o.presence == nil || o.options.Plan != nil {
		return nil, nil
	}
	o.options.Log.Info("reading the whole input to see which ids are not in it")
	before := o.Versions()
	first, err := o.Duplicate(ctx)
	if err != nil {
		return nil, err
	}
	renames, why, err := mirror.NewRenames(ctx, o.mover(), o.presence, mirror.FirstPass{
		Records: iter.Seq2[*user.Record, error](reader.Records(first.Input.Records()).Until(ctx)), Proved: first.Complete,
		Feed: o.Config.Ledger.Feed, Protected: o.protected, Most: o.Config.Guards.Renames, Moved: o.at.alreadyRenamed()})
	if why == "" && err == nil && ctx.Err() == nil {
		err = preview.SameVersions(o.Config, before)
	}
	if closed := first.Input.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	if why != "" {
		o.options.Log.Always("no user is renamed: " + why)
	}
	return renames, nil
}

// alreadyRenamed counts the users that earlier parts of the run gave a new id: the limit is
// that of the whole run.
func (s *start) alreadyRenamed() int {
	return s.files.Counts().Of(user.Updated, user.CodeRenamed) + s.renamed
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
