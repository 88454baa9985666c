package repeat

import (
	"fmt"
	"math"
	"testing"

	"usersync/sync/user"
)

func rowOf(id, email string, op user.Op) *user.Record {
	return &user.Record{Op: op, User: user.User{ID: id, Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue(email)}},
		Secrets: []user.SecretAttribute{{Field: user.SSN, Value: user.NewSecret(email)}}}}
}

func TestDiffers(t *testing.T) {
	w := New(10, nil)
	w.Add(rowOf("a", "x", user.Upsert))
	w.Add(rowOf("gone", "x", user.Delete))
	secret := rowOf("a", "x", user.Upsert)
	secret.User.Secrets[0].Value = user.NewSecret("y")
	for name, c := range map[string]struct {
		r    *user.Record
		want bool
	}{
		"the same":              {rowOf("a", "x", user.Upsert), false},
		"another value":         {rowOf("a", "y", user.Upsert), true},
		"another secret":        {secret, true},
		"another operation":     {rowOf("a", "x", user.Update), true},
		"another id":            {rowOf("b", "y", user.Upsert), false},
		"a deletion, once more": {rowOf("gone", "y", user.Delete), false},
		"not a deletion":        {rowOf("gone", "x", user.Upsert), true},
	} {
		if got := w.Differs(c.r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The hash that a record has is not made once more, but it says nothing about secrets and
// deletions.
func TestHashOfTheRecord(t *testing.T) {
	made := 0
	w := New(10, func(r *user.Record) uint64 { made++; return uint64(len(r.User.Attributes[0].Value.Text)) })
	plain := func(id, email string, op user.Op, hash uint64) *user.Record {
		r := rowOf(id, email, op)
		r.User.Secrets, r.Hash = nil, hash
		return r
	}
	w.Add(plain("a", "xyz", user.Upsert, 3))
	w.Add(plain("gone", "x", user.Delete, 7))
	secret := rowOf("s", "x", user.Upsert)
	secret.Hash = 5
	w.Add(secret)
	changed := rowOf("s", "x", user.Upsert)
	changed.User.Secrets[0].Value, changed.Hash = user.NewSecret("y"), 5
	if w.Differs(plain("a", "xyz", user.Upsert, 0)) || !w.Differs(plain("a", "x", user.Upsert, 0)) || w.Differs(plain("a", "", user.Upsert, 3)) {
		t.Error("it does not compare by the hash of the record")
	}
	if made != 2 {
		t.Errorf("%d hashes were made, want 2", made)
	}
	if w.Differs(plain("gone", "y", user.Delete, 8)) || w.Differs(secret) || !w.Differs(changed) {
		t.Error("deletions and secrets are not compared by what they say")
	}
}

// A window forgets the oldest row first, and only that.
func TestWindowIsBounded(t *testing.T) {
	w := New(3, nil)
	w.Add(rowOf("a", "x", user.Upsert))
	w.Add(rowOf("b", "x", user.Upsert))
	w.Add(rowOf("a", "y", user.Upsert))
	w.Add(rowOf("c", "x", user.Upsert))
	if !w.Differs(rowOf("a", "x", user.Upsert)) || !w.Differs(rowOf("b", "y", user.Upsert)) {
		t.Error("it forgot too much")
	}
	w.Add(rowOf("d", "x", user.Upsert))
	if !w.Differs(rowOf("a", "x", user.Upsert)) || w.Differs(rowOf("b", "y", user.Upsert)) {
		t.Error("it forgot another row than the oldest")
	}
	for i := range 100 {
		w.Add(rowOf(fmt.Sprint(i), "x", user.Upsert))
	}
	if len(w.rows) != 3 {
		t.Errorf("it holds %d rows", len(w.rows))
	}
}

// After 2^32 rows their numbers begin again: a row from before is then not found, and never
// taken for another.
func TestManyRows(t *testing.T) {
	w := New(3, nil)
	w.Add(rowOf("a", "x", user.Upsert))
	w.added = math.MaxUint32 - 2
	for i := range 6 {
		w.Add(rowOf(fmt.Sprint(i), "x", user.Upsert))
		if w.Differs(rowOf("a", "y", user.Upsert)) || i != 2 && !w.Differs(rowOf(fmt.Sprint(i), "y", user.Upsert)) {
			t.Errorf("row %d", i)
		}
	}
	if !w.Differs(rowOf("3", "y", user.Upsert)) || w.Differs(rowOf("1", "y", user.Upsert)) {
		t.Error("it holds other rows than the last three")
	}
}

// The window tells whether the last row of an id deleted its user. A row of which only the id is
// known says no more than that.
func TestLast(t *testing.T) {
	w := New(4, nil)
	w.Add(rowOf("there", "x", user.Upsert))
	w.Add(rowOf("gone", "x", user.Delete))
	w.AddID("known", false)
	w.AddID("known gone", true)
	for id, want := range map[string][2]bool{"there": {false, true}, "gone": {true, true}, "known": {false, true}, "known gone": {true, true}, "new": {}} {
		if deleted, held := w.Last(id); deleted != want[0] || held != want[1] {
			t.Errorf("%s: deleted %t, held %t", id, deleted, held)
		}
	}
	for name, c := range map[string]struct {
		r    *user.Record
		want bool
	}{
		"any value":            {rowOf("known", "y", user.Upsert), false},
		"a deletion":           {rowOf("known", "y", user.Delete), true},
		"a deletion once more": {rowOf("known gone", "y", user.Delete), false},
		"after a deletion":     {rowOf("known gone", "y", user.Upsert), true},
	} {
		if got := w.Differs(c.r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	w.AddID("next", false) // in place of the oldest
	if _, held := w.Last("there"); held {
		t.Error("the oldest row is still held")
	}
}
