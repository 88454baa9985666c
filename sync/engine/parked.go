package engine

import "usersync/sync/user"

// parked returns the outcome of a record that is not sent because the API has refused the
// same row in several finished runs. What may have been sent is never parked. A plan has
// decided that already: what it holds a call for is sent, and of the rest only a row that was
// refused often enough can have been parked.
func (d *decider) parked(r *user.Record) (user.Outcome, bool) {
	if r.Recurring == nil || r.Recurring.Refused == nil || r.PerhapsTaken || r.Renamed {
		return user.Outcome{}, false
	}
	s := r.Recurring.Refused
	if d.job.Applying && (r.Planned != "" || !s.Lasting) || !d.job.Applying && !s.Parked {
		return user.Outcome{}, false
	}
	r.Notes |= user.IsParked
	return user.Outcome{Record: r, Status: user.Refused, Code: user.CodeParked, Detail: s.Detail()}, true
}
