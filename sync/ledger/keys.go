package ledger

import (
	"context"

	"usersync/sync/ledger/internal/stored"
)

// Own claims a key of the API for an id, among all shards of the run, and reports whether it is
// the id's: the first to claim it has it until the run is over. What the ledger holds of other
// runs is not looked at.
func (s Shards) Own(ctx context.Context, remote, id string) (mine bool, err error) {
	held := s.l.writer.held()
	if held == nil || held.Shard == nil {
		return false, failed("claim a key of the API", ErrUnlocked)
	}
	ctx, end := held.Bound(ctx)
	defer end()
	mine, err = stored.Own(ctx, s.l.entries.DB, *held.Shard, remote, id)
	return mine, failed("claim a key of the API", err)
}
