package limited

import (
	"context"
	"net/http"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Proved proves the credentials by one harmless call before the first create that must
// not be made twice. While they are not proved such a create is not sent, and counts as
// not taken.
type Proved struct {
	Limited
	prober destination.Prober
	proof  *proof
}

// proof is shared by the workers of a run: one probes, the others wait for it.
type proof struct {
	mu     sync.Mutex
	given  bool
	denied error // of a probe; the next one would say the same
	probe  *probe
}

// probe is a probe in flight. done is closed when err is set.
type probe struct {
	done chan struct{}
	err  error
}

// NewProved returns the middleware for a run. Without a prober it sends everything.
func NewProved(limited Limited, prober destination.Prober) Proved {
	return Proved{Limited: limited, prober: prober, proof: new(proof)}
}

// Apply sends b once the credentials are proved, if its call needs that.
func (p Proved) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if p.needsProof(b.Op) {
		if err := p.prove(ctx); err != nil {
			return nil, asNotSent(err)
		}
	}
	return p.Limited.Apply(ctx, b)
}

func (p Proved) needsProof(op user.Op) bool {
	if p.prober == nil || op != user.Create {
		return false
	}
	t := p.Traits()
	return t.Probe && t.Ops[op].Replay == destination.Unsafe
}

// asNotSent returns the error of a probe as that of a create that was not sent. A 503
// would say of a create that it was perhaps taken.
func asNotSent(err error) error {
	err = destination.AsNotTaken(err)
	if ce := destination.AsCallError(err); ce != nil && ce.Status == http.StatusServiceUnavailable {
		unsent := *ce
		unsent.Status = 0
		return &unsent
	}
	return err
}

// prove returns nil once a probe went well.
func (p Proved) prove(ctx context.Context) error {
	flight, leads, err := p.proof.begin()
	if flight == nil {
		return err
	}
	if !leads {
		select {
		case <-flight.done:
			return flight.err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	flight.err = p.Probe(ctx, p.prober)
	p.proof.end(flight)
	return flight.err
}

func (p *proof) begin() (flight *probe, leads bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.given || p.denied != nil:
		return nil, false, p.denied
	case p.probe != nil:
		return p.probe, false, nil
	}
	p.probe = &probe{done: make(chan struct{})}
	return p.probe, true, nil
}

func (p *proof) end(flight *probe) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ce := destination.AsCallError(flight.err); ce != nil && ce.Fault == destination.Denied {
		p.denied = flight.err
	}
	p.given = flight.err == nil
	p.probe = nil
	close(flight.done)
}
