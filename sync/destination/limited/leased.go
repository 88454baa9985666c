package limited

import "context"

// Lease is the right to send users to an account. A run may lose it.
type Lease interface {
	// Check returns nil while the right is surely held. Its error ends the run.
	Check() error
}

// Leased starts a call only while this run surely holds the account. It checks after the
// pacer's turn, so that there is no wait between the check and the call. Calls in flight
// end with the context of calls on the wire, which ends with the lease.
type Leased struct {
	Pacer
	Lease Lease
}

// Begin waits for a turn, and gives it back if the lease has ended.
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
