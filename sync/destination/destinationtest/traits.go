package destinationtest

import (
	"errors"
	"reflect"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// traits compares the facts with what the client and the sandbox do.
func traits(s Suite, t *testing.T) {
	bubble(t, "facts", func(t *testing.T) {
		sc := s.open(t)
		traits := sc.traits
		_, finds := sc.client.(destination.Finder)
		switch {
		case traits.Name == "":
			t.Error("the API has no name")
		case len(traits.Ops) == 0:
			t.Error("it can do nothing")
		case finds == traits.Blind:
			t.Errorf("Blind is %v, and it being a Finder %v", traits.Blind, finds)
		case traits.PerMinute != s.PerMinute:
			t.Errorf("PerMinute is %d, and %d in the reference", traits.PerMinute, s.PerMinute)
		case len(traits.Fields) == 0 && !traits.AnyField:
			t.Error("it can take no field")
		case !reflect.DeepEqual(traits, sc.client.Traits()):
			t.Error("the traits change")
		}
		for op, facts := range traits.Ops {
			if facts.Max < 1 || facts.Merge && facts.Max > 1 {
				t.Errorf("%s: Max is %d, Merge %v", op, facts.Max, facts.Merge)
			}
		}
	})
	bubble(t, "fields", func(t *testing.T) { s.open(t).fields() })
	for _, op := range opsOf(s.facts(t)) {
		bubble(t, "max of "+string(op), func(t *testing.T) { s.open(t).max(op) })
	}
}

// fields checks that the traits name the record's fields, and that Check passes.
func (sc *scene) fields() {
	known := map[user.Field]bool{}
	for _, f := range sc.traits.Fields {
		known[f] = true
	}
	for version := range 2 {
		r := sc.Record(0, version)
		for field := range expect.Values(r) {
			if !known[field] && !sc.traits.AnyField && !field.IsOpen() {
				sc.t.Errorf("Record has %s, which is not among Fields", field)
			}
		}
		for _, op := range append(sc.ops(), user.Upsert) {
			r.Op = op
			if err := sc.client.Check(r); err != nil {
				sc.t.Errorf("%s: Record is not valid: %v", op, err)
			}
		}
	}
	empty := &user.Record{Op: user.Upsert}
	var invalid *user.InvalidError
	if err := sc.client.Check(empty); !errors.As(err, &invalid) {
		sc.t.Errorf("Check of a record without an id: %v", err)
	}
}

// max checks that one call takes Max users, and that one more is not sent at all.
func (sc *scene) max(op user.Op) {
	size := sc.traits.Ops[op].Max
	b := sc.ready(op, size)
	sc.stage.Calls()
	for i, o := range sc.must(b) {
		if o.Status != success[op] && o.Status != user.Accepted {
			sc.t.Errorf("%d of %d: %q %s %s", i+1, size, o.Status, o.Code, o.Detail)
		}
	}
	if n, _ := sc.stage.Count(); n == 0 {
		sc.t.Error("nothing was sent")
	}
	sc.stage.Calls()
	b.Records = append(b.Records, sc.people(op, size, size+1, 1).Records...)
	know(b, map[string]string{b.Records[size].User.ID: "none"})
	if outcomes, ce := sc.apply(sc.t.Context(), b); ce == nil {
		sc.t.Errorf("a batch of %d where %d is Max: %s", size+1, size, describe(outcomes, nil))
	}
	if sent := sc.stage.Calls(); len(sent) > 0 {
		sc.t.Errorf("a batch beyond Max was sent: %v", uris(sent))
	}
	if outcomes, ce := sc.apply(sc.t.Context(), user.Batch{Op: op}); ce != nil || len(sc.stage.Calls()) > 0 {
		sc.t.Errorf("an empty batch: %s, or it was sent", describe(outcomes, ce))
	}
}

// success is the status of a call that succeeded.
var success = map[user.Op]user.Status{user.Create: user.Created, user.Update: user.Updated, user.Delete: user.Deleted}
