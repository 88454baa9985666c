package ownership

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
func (r Run) newRenames(ctx context.Context) (*mirror.Renames, error) {
	if r.Config.Guards.Renames == 0 || r.Presence == nil || r.Planned {
		return nil, nil
	}
	r.Log.Info("reading the whole input to see which ids are not in it")
	before := r.Versions()
	first, err := r.Duplicate(ctx)
	if err != nil {
		return nil, err
	}
	renames, why, err := mirror.NewRenames(ctx, r.mover(), r.Presence, mirror.FirstPass{
		Records: iter.Seq2[*user.Record, error](reader.Records(first.Input.Records()).Until(ctx)), Proved: first.Complete,
		Feed: r.Config.Ledger.Feed, Protected: r.Protected, Most: r.Config.Guards.Renames, Moved: r.Renamed})
	if why == "" && err == nil && ctx.Err() == nil {
		err = preview.SameVersions(r.Config, before)
	}
	if closed := first.Input.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	if why != "" {
		r.Log.Always("no user is renamed: " + why)
	}
	return renames, nil
}
