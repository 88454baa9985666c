package entries

import (
	"context"

	"usersync/sync/ledger/internal/scope"
	"usersync/sync/user"
)

// Others returns up to n users that the API is known to hold, spread over the scope, and
// none for which skip returns true. It sees what is saved. Fewer than n does not mean
// that there are no more.
func Others(ctx context.Context, v *Reader, n int, skip func(id string) bool) ([]Row, error) {
	last, err := v.Max(ctx)
	if err != nil {
		return nil, err
	}
	num, err := v.Num(ctx)
	if err != nil || num == 0 {
		return nil, err
	}
	o := others{v: v, scope: num, skip: skip, taken: map[string]bool{}}
	for k := range int64(n) { // from the newest on, which are the likeliest to be there
		if err := o.after(ctx, last*(int64(n)-1-k)/int64(n)); err != nil {
			return nil, err
		}
	}
	return o.rows, nil
}

// others gathers users from all over a scope.
type others struct {
	v     *Reader
	scope int64
	skip  func(id string) bool
	taken map[string]bool
	rows  []Row
}

// after takes the first user after a row of the scope, among as many as one chunk
// holds.
func (o *others) after(ctx context.Context, row int64) error {
	part, err := o.v.readChunk(ctx, o.v.DB.Read, scope.Entry(o.scope, row))
	if err != nil {
		return err
	}
	for i := range part {
		r := &part[i]
		switch id := string(r.ID); {
		case scope.Of(r.Num) != o.scope:
			return nil
		case user.EntryState(r.State) != user.Present, o.taken[id], o.skip(id):
		default:
			o.taken[id] = true
			o.rows = append(o.rows, o.v.rowFrom(r))
			return nil
		}
	}
	return nil
}
