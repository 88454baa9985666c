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
	w := New(10)
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

// A window forgets the oldest row first, and only that.
func TestWindowIsBounded(t *testing.T) {
	w := New(3)
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
	w := New(3)
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
