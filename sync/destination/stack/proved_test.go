package stack_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/user"
)

// probed is an API that can prove its credentials.
type probed struct {
	readable
	mu     sync.Mutex
	faults []fault // of the probes, in order
	probes int
}

func (p *probed) Probe(context.Context) error {
	time.Sleep(time.Second)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probes++
	if ce := nth(p.faults, p.probes-1).failure(); ce != nil {
		return ce
	}
	return nil
}

// No create that must not be made twice is sent before one harmless call has shown that
// the API accepts the credentials. All workers wait for the same one.
func TestCredentialsAreProvedFirst(t *testing.T) {
	for name, test := range map[string]struct {
		replay  destination.Replay
		op      user.Op
		cannot  bool // the API has no way to prove them
		faults  []fault
		probes  int
		want    string // of the first record
		creates int
	}{
		"proved":                  {destination.Unsafe, user.Create, false, nil, 1, "created", 8},
		"not answered at first":   {destination.Unsafe, user.Create, false, []fault{lostBefore, error500, busy503}, 4, "created", 8},
		"denied":                  {destination.Unsafe, user.Create, false, []fault{denied}, 1, "unsettled", 0},
		"no way to prove":         {destination.Unsafe, user.Create, true, nil, 0, "created", 8},
		"creates that can repeat": {destination.Detectable, user.Create, false, nil, 0, "created", 8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := scene{replay: test.replay, traits: func(t *destination.Traits) { t.Probe = !test.cannot }}.fake()
				api := &probed{readable: readable{f}, faults: test.faults}
				l := ledgerOf{map[string]bool{}}
				o := options(new(pacer), 9)
				o.Intents, o.Client.Prober = &guarded{ledgerOf: l}, api
				d := o.Wrap(api)
				got := make([]user.Outcome, 8)
				var group sync.WaitGroup
				for i, r := range records("a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1", user.Create) {
					group.Go(func() {
						outcomes, _ := d.Apply(t.Context(), user.Batch{Op: test.op, Records: []*user.Record{r}})
						got[i] = outcomes[0]
						if got[i].Status == user.Unsettled && (r.MaybeSent || r.IntentRecorded) {
							t.Errorf("%s was not sent, and is in doubt", r.User.ID)
						}
					})
				}
				group.Wait()
				word := string(got[0].Status)
				if word == "" {
					word = "unsettled"
				}
				if word != test.want || api.probes != test.probes || len(f.calls) != test.creates {
					t.Errorf("%s after %d probes, calls %v", word, api.probes, f.calls)
				}
			})
		})
	}
}

// guarded is an intent store for several workers.
type guarded struct {
	mu sync.Mutex
	ledgerOf
}

func (g *guarded) RecordIntent(ctx context.Context, records []*user.Record) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ledgerOf.RecordIntent(ctx, records)
}

func (g *guarded) ClearIntent(ctx context.Context, records []*user.Record) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ledgerOf.ClearIntent(ctx, records)
}

// A call that only reads or updates needs no proof, and a run that ends does not wait
// for one.
func TestNoProofForOtherCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{held: "a=0", replay: destination.Unsafe, traits: func(t *destination.Traits) { t.Probe = true }}.fake()
		api := &probed{readable: readable{f}, faults: slices.Repeat([]fault{lostBefore}, 50)}
		inner := limited.NewProved(limited.Limited{Destination: api, Pacer: new(pacer), Wire: t.Context()}, api)
		if _, err := inner.Apply(t.Context(), user.Batch{Op: user.Update, Records: records("a=1", user.Update)}); err != nil || api.probes != 0 {
			t.Errorf("an update: %v after %d probes", err, api.probes)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Second/2)
		defer end()
		done := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := inner.Apply(ctx, user.Batch{Op: user.Create, Records: records("b=1", user.Create)})
				done <- err
			}()
		}
		if first := <-done; !errors.Is(first, context.DeadlineExceeded) {
			t.Errorf("the one that waits: %v", first)
		}
		<-done
		if len(f.calls) != 1 {
			t.Errorf("calls %v", f.calls)
		}
	})
}
