package destinationtest

import (
	"context"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// scene is a client, its API and the stage between them.
type scene struct {
	Suite
	t        testing.TB
	stage    *stage.Stage
	sandbox  Sandbox
	client   Client
	traits   destination.Traits
	contract contract
}

// open sets up a scene in a bubble.
func (s Suite) open(t testing.TB, faults ...string) *scene { return s.set(t, true, faults...) }

func (s Suite) set(t testing.TB, memory bool, faults ...string) *scene {
	t.Helper()
	sc := &scene{Suite: s, t: t, sandbox: s.NewSandbox(t, faults...)}
	sc.stage = stage.New(t, sc.sandbox, memory)
	sc.client = s.Open(t, sc.stage.Address())
	t.Cleanup(sc.client.CloseIdle)
	sc.traits = sc.client.Traits()
	sc.contract = contract{t: t, traits: sc.traits, credentials: s.Credentials}
	return sc
}

// ops are the calls that the client can make, in the order of a user's life.
func (sc *scene) ops() []user.Op { return opsOf(sc.traits) }

func opsOf(traits destination.Traits) []user.Op {
	var list []user.Op
	for _, op := range []user.Op{user.Create, user.Update, user.Delete} {
		if _, ok := traits.Ops[op]; ok {
			list = append(list, op)
		}
	}
	return list
}

// facts returns the client's traits, outside of any scene.
func (s Suite) facts(t *testing.T) (traits destination.Traits) {
	t.Helper()
	bubble(t, "facts", func(t *testing.T) { traits = s.open(t).traits })
	return traits
}

// people makes the users from up to but not including to, in one version.
func (sc *scene) people(op user.Op, from, to, version int) user.Batch {
	b := user.Batch{Op: op}
	for n := from; n < to; n++ {
		r := sc.Record(n, version)
		r.Op, r.Origin.Record = op, n+1
		b.Records = append(b.Records, r)
	}
	return b
}

// batchSize is how many users the suite puts into a call that takes many.
func (sc *scene) batchSize(op user.Op) int { return min(sc.traits.Ops[op].Max, 12) }

// settle creates users through the client, in as many calls as it takes, and returns
// the keys that the API assigned.
func (sc *scene) settle(b user.Batch) map[string]string {
	sc.t.Helper()
	remotes := map[string]string{}
	b.Op = user.Create
	for size := sc.traits.Ops[user.Create].Max; len(b.Records) > 0; {
		part := b.Of(b.Records[:min(size, len(b.Records))])
		b.Records = b.Records[len(part.Records):]
		for i, o := range sc.must(part) {
			if o.Status != user.Created && o.Status != user.Accepted {
				sc.t.Fatalf("a sandbox without faults answers a create with %q (%s %s)", o.Status, o.Code, o.Detail)
			}
			remotes[part.Records[i].User.ID] = o.Remote
		}
	}
	return remotes
}

// know gives records the keys that the API assigned.
func know(b user.Batch, remotes map[string]string) {
	for _, r := range b.Records {
		r.Remote = remotes[r.User.ID]
	}
}

// ready creates n users that can be updated or deleted, and returns a batch that does it.
func (sc *scene) ready(op user.Op, n int) user.Batch {
	sc.t.Helper()
	if op == user.Create {
		return sc.people(op, 0, n, 0)
	}
	remotes := sc.settle(sc.people(user.Create, 0, n, 0))
	b := sc.people(op, 0, n, 1)
	know(b, remotes)
	return b
}

// must is apply when the call as a whole must not fail.
func (sc *scene) must(b user.Batch) []user.Outcome {
	sc.t.Helper()
	outcomes, ce := sc.apply(sc.t.Context(), b)
	if ce != nil {
		sc.t.Fatalf("%s of %d: %v", b.Op, len(b.Records), ce)
	}
	return outcomes
}

// apply makes one call, and checks the answer against the contract of Apply.
func (sc *scene) apply(ctx context.Context, b user.Batch) ([]user.Outcome, *destination.CallError) {
	sc.t.Helper()
	sc.stage.Repeated()
	outcomes, err := sc.client.Apply(ctx, b)
	if method := sc.stage.Repeated(); method != "" {
		sc.t.Errorf("one Apply made the same %s more than once: only middleware may retry", method)
	}
	if err != nil {
		return nil, sc.contract.callError(err, b.Records)
	}
	if len(outcomes) != len(b.Records) {
		sc.t.Fatalf("%d outcomes for %d records", len(outcomes), len(b.Records))
	}
	var texts []string
	for i, o := range outcomes {
		sc.contract.wellFormed(b, i, o)
		texts = append(texts, o.Code, o.Detail, o.RequestID)
	}
	sc.contract.hidden("an outcome", b.Records, texts...)
	return outcomes, nil
}
