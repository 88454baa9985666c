package destinationtest

import (
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// keys follows one user from create to delete: the key that the create returns is the
// one that the other calls need.
func keys(s Suite, t *testing.T) {
	bubble(t, "life", func(t *testing.T) {
		sc := s.open(t)
		r := sc.Record(0, 0)
		remotes := sc.settle(user.Batch{Records: []*user.Record{r}})
		if look := sc.sandbox.Look(r); look.Held != 1 || look.Created != 1 {
			t.Fatalf("after a create the sandbox holds %d and created %d", look.Held, look.Created)
		}
		for _, op := range sc.ops()[1:] {
			b := sc.people(op, 0, 1, 1)
			know(b, remotes)
			before := sc.sandbox.Look(r)
			if o := sc.must(b)[0]; o.Status != success[op] && o.Status != user.Accepted {
				t.Errorf("%s with the key of the create: %q %s %s", op, o.Status, o.Code, o.Detail)
			}
			after := sc.sandbox.Look(r)
			if op == user.Update && (after.Data == before.Data || after.Held != 1) {
				t.Error("the update changed nothing")
			}
			if op == user.Delete && after.Held != 0 {
				t.Error("the user is still there")
			}
		}
	})
}

// readBack compares Find with what the sandbox holds.
func readBack(s Suite, t *testing.T) {
	if s.facts(t).Blind {
		return
	}
	bubble(t, "find", func(t *testing.T) { findsWhatIsThere(s.open(t)) })
	bubble(t, "an unknown user", func(t *testing.T) {
		sc := s.open(t)
		sc.settle(sc.people(user.Create, 0, 1, 0))
		if found := sc.find(sc.Record(1, 0)); found.Presence != destination.Absent && found.Presence != destination.Unknown {
			t.Errorf("a user that was never created: %v", found.Presence)
		}
	})
}

// findsWhatIsThere follows one user from create to delete.
func findsWhatIsThere(sc *scene) {
	sc.t.Helper()
	r := sc.Record(0, 0)
	remotes := sc.settle(user.Batch{Records: []*user.Record{r}})
	know(user.Batch{Records: []*user.Record{r}}, remotes)
	found := sc.find(r)
	if found.Presence != destination.Same || len(found.Differs) > 0 {
		sc.t.Errorf("after the create: %v, differs in %v", found.Presence, found.Differs)
	}
	if sc.traits.OwnKeys && found.Remote != r.Remote {
		sc.t.Error("Found carries another Remote than the create")
	}
	unkeyed(sc, r, remotes[r.User.ID])
	other := sc.Record(0, 1)
	other.Remote = r.Remote
	found = sc.find(other)
	if found.Presence != destination.Different || len(found.Differs) == 0 {
		sc.t.Errorf("with other data: %v, differs in %v", found.Presence, found.Differs)
	}
	for _, f := range found.Differs {
		if !slices.Contains(changed(r, other), f) {
			sc.t.Errorf("%s is reported as different, and is not", f)
		}
	}
	if _, can := sc.traits.Ops[user.Delete]; !can {
		return
	}
	sc.must(user.Batch{Op: user.Delete, Records: []*user.Record{other}})
	if found := sc.find(r); found.Presence != destination.Absent {
		sc.t.Errorf("after the delete: %v", found.Presence)
	}
}

// unkeyed looks up a user without its key: Find returns the key, or Unknown.
func unkeyed(sc *scene, r *user.Record, remote string) {
	sc.t.Helper()
	lost := *r
	lost.Remote = ""
	switch found := sc.find(&lost); {
	case found.Presence == destination.Absent:
		sc.t.Error("a user whose key is not known is reported absent, and exists")
	case found.Presence != destination.Unknown && found.Remote != remote:
		sc.t.Error("a user is found with another key than the create returned")
	}
}

// changed returns the fields in which two records differ.
func changed(a, b *user.Record) []user.Field {
	var fields []user.Field
	for _, attribute := range b.User.Attributes {
		if old, ok := a.User.Value(attribute.Field); !ok || old != attribute.Value {
			fields = append(fields, attribute.Field)
		}
	}
	return fields
}

// find is Find when it must not fail.
func (sc *scene) find(r *user.Record) destination.Found {
	sc.t.Helper()
	found, err := sc.client.(destination.Finder).Find(sc.t.Context(), r)
	if err != nil {
		sc.t.Fatal(sc.contract.callError(err, []*user.Record{r}))
	}
	return found
}

// look is Find when it may fail.
func (sc *scene) look(r *user.Record) (destination.Found, *destination.CallError) {
	sc.t.Helper()
	found, err := sc.client.(destination.Finder).Find(sc.t.Context(), r)
	if err != nil {
		return found, sc.contract.callError(err, []*user.Record{r})
	}
	return found, nil
}
