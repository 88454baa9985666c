package run

import (
	"context"

	"usersync/sync/user"
)

// countParked counts the users that the API has refused in this run, which has finished, and
// that the next runs will not send.
func (r *Run) countParked(ctx context.Context) (err error) {
	after := r.Config.Ledger.Park.After
	if r.lease.Ledger == nil || after == 0 || r.counts.Outcomes[user.Refused] == 0 {
		return nil
	}
	r.nowParked, err = r.lease.Ledger.Runs().Recurring().NowParked(context.WithoutCancel(ctx), r.at.files.Run(), after)
	return err
}
