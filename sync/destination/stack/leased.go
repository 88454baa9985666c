package stack

import "context"

// Lease is the right to send users to an account, which a run may lose.
type Lease interface {
	// Check returns nil while the right is surely held. Its error ends the run.
	Check() error
}

// Leased lets a call start only while the account is surely this run's. It is asked
// when the pacer has given the turn, so that no wait lies between its answer and the
// call. What ends a call under way is the context of calls on the wire, which ends with
// the lease.
type Leased struct {
	Pacer
	Lease Lease
}

// Begin waits for a turn, and gives it back where the lease is over.
func (l Leased) Begin(ctx context.Context) (end func(status int, through bool), err error) {
	if end, err = l.Pacer.Begin(ctx); err != nil {
		return nil, err
	}
	if err := l.Lease.Check(); err != nil {
		end(0, false)
		return nil, err
	}
	return end, nil
}
