package checkpoint

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// rowOf is a row that is read again.
func rowOf(record int, id, email, ssn string) *user.Record {
	r := &user.Record{Origin: user.Origin{Record: record}, Op: user.Upsert, User: user.User{ID: id}}
	r.User.Attributes = []user.Attribute{{Field: user.Email, Value: user.TextValue(email)}}
	if ssn != "" {
		r.User.Secrets = []user.SecretAttribute{{Field: user.SSN, Value: user.NewSecret(ssn)}}
	}
	return r
}

func all(rows []*user.Record) iter.Seq2[*user.Record, error] {
	at := 0
	return func(yield func(*user.Record, error) bool) {
		for at < len(rows) {
			if at++; !yield(rows[at-1], nil) {
				return
			}
		}
	}
}

// A run is continued only with the rows that it has sent, whatever of them was
// changed. What it did not send may be anything.
func TestCompare(t *testing.T) {
	hashes := fingerprint.NewRows(fingerprint.NewKey(), true)
	rows := func() []*user.Record {
		return []*user.Record{rowOf(11, "a", "a@x", "1"), rowOf(12, "b", "b@x", "2"), rowOf(13, "c", "c@x", ""), rowOf(14, "d", "d@x", "4"), rowOf(15, "e", "e@x", "")}
	}
	// 11 and 14 are settled, 12 was sent, 13 was not: the ledger had it.
	past := func() *journal.History {
		h := &journal.History{Checkpoint: journal.Checkpoint{Record: 10}, Hashes: map[int]uint64{}}
		for _, r := range rows() {
			if r.Origin.Record != 13 && r.Origin.Record != 15 {
				h.Hashes[r.Origin.Record] = hashes.Hash(r)
			}
		}
		h.Settled = []user.Settled{{Record: 11, ID: "a", Action: user.Create, Status: user.Created}, {Record: 14, ID: "d", Action: user.Create, Status: user.Created}}
		h.Sent = []journal.Sent{{Record: 12, ID: "b", Op: user.Create}}
		return h
	}
	renumbered := func(rows []*user.Record) []*user.Record {
		for i, r := range rows {
			r.Origin.Record = 11 + i
		}
		return rows
	}
	for name, c := range map[string]struct {
		change  func([]*user.Record) []*user.Record
		changed bool
	}{
		"the same":                    {func(r []*user.Record) []*user.Record { return r }, false},
		"a value of a settled row":    {func(r []*user.Record) []*user.Record { r[0].User.Attributes[0].Value.Text = "z@x"; return r }, true},
		"a value of a sent row":       {func(r []*user.Record) []*user.Record { r[1].User.Attributes[0].Value.Text = "z@x"; return r }, true},
		"a kind of a value":           {func(r []*user.Record) []*user.Record { r[0].User.Attributes[0].Value.Kind = user.JSON; return r }, true},
		"a secret alone":              {func(r []*user.Record) []*user.Record { r[3] = rowOf(14, "d", "d@x", "9"); return r }, true},
		"a secret is gone":            {func(r []*user.Record) []*user.Record { r[3].User.Secrets = nil; return r }, true},
		"a field is gone":             {func(r []*user.Record) []*user.Record { r[0].User.Attributes = nil; return r }, true},
		"the operation":               {func(r []*user.Record) []*user.Record { r[0].Op = user.Delete; return r }, true},
		"a key of the API in the row": {func(r []*user.Record) []*user.Record { r[0].Remote, r[0].OwnRemote = "k", true; return r }, true},
		"a key that the ledger knows": {func(r []*user.Record) []*user.Record { r[0].Remote = "k"; return r }, false},
		"a row that was not sent":     {func(r []*user.Record) []*user.Record { r[2].User.Attributes[0].Value.Text = "z@x"; return r }, false},
		"a row after the last":        {func(r []*user.Record) []*user.Record { return r[:4] }, false},
		"the last row that was sent":  {func(r []*user.Record) []*user.Record { return r[:3] }, true},
		"a row was taken out":         {func(r []*user.Record) []*user.Record { return renumbered(slices.Delete(r, 2, 3)) }, true},
		"a row was put in": {func(r []*user.Record) []*user.Record {
			return renumbered(slices.Insert(r, 0, rowOf(0, "n", "n@x", "")))
		}, true},
		"two rows have changed places":   {func(r []*user.Record) []*user.Record { r[0], r[1] = r[1], r[0]; return renumbered(r) }, true},
		"two values have changed places": {func(r []*user.Record) []*user.Record { r[0].User.ID, r[1].User.ID = "b", "a"; return r }, true},
		"nothing is left":                {func(r []*user.Record) []*user.Record { return nil }, true},
	} {
		t.Run(name, func(t *testing.T) {
			given := c.change(rows())
			again, err := Unfinished{Journal: past()}.Compare(all(given), hashes.Hash, false)
			if _, changed := errors.AsType[*InputChangedError](err); changed != c.changed || err != nil && !changed {
				t.Fatalf("%v", err)
			}
			if err != nil {
				return
			}
			var got []*user.Record
			for r, err := range again {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, r)
			}
			if !slices.Equal(got, given) {
				t.Errorf("%d records come again, want %d", len(got), len(given))
			}
		})
	}
}

// A journal without hashes, as earlier versions wrote them, does not tell whether the
// input is the same: its run is not continued. One without anything after its
// checkpoint is.
func TestCompareWithoutHashes(t *testing.T) {
	h := &journal.History{Sent: []journal.Sent{{Record: 1, ID: "a", Op: user.Create}}}
	rows := []*user.Record{rowOf(1, "a", "a@x", "")}
	if _, err := (Unfinished{Journal: h}).Compare(all(rows), fingerprint.Rows{}.Hash, false); !errors.Is(err, NoHashesError{}) {
		t.Errorf("%v", err)
	}
	h.Sent = nil
	if _, err := (Unfinished{Journal: h}).Compare(all(rows), fingerprint.Rows{}.Hash, false); err != nil {
		t.Errorf("%v", err)
	}
}

// Deletions that no row asks for come after the last row, and are not compared: the
// ledger says who they are.
func TestCompareInMirror(t *testing.T) {
	hashes := fingerprint.NewRows(fingerprint.NewKey(), true)
	rows := []*user.Record{rowOf(1, "a", "a@x", ""), rowOf(2, "b", "b@x", "")}
	past := func() *journal.History {
		h := &journal.History{Hashes: map[int]uint64{1: hashes.Hash(rows[0]), 2: hashes.Hash(rows[1]), 3: 5}}
		h.Settled = []user.Settled{{Record: 1, ID: "a", Action: user.Create}, {Record: 2, ID: "b", Action: user.Update}, {Record: 3, ID: "x", Action: user.Delete}}
		return h
	}
	for name, c := range map[string]struct {
		rows    []*user.Record
		mirror  bool
		changed bool
	}{
		"mirror":                   {rows, true, false},
		"not mirror":               {rows, false, true},
		"mirror, and a row less":   {rows[:1], true, true},
		"mirror, and a row more":   {append(slices.Clone(rows), rowOf(3, "c", "c@x", "")), true, true},
		"mirror, a row is deleted": {append(slices.Clone(rows), rowOf(3, "x", "c@x", "")), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Unfinished{Journal: past()}.Compare(all(c.rows), hashes.Hash, c.mirror)
			if _, changed := errors.AsType[*InputChangedError](err); changed != c.changed {
				t.Errorf("%v", err)
			}
		})
	}
}

// Someone who has key and journal cannot test guesses of a secret where the key is in
// the journal.
func TestRowHashesWithoutSecrets(t *testing.T) {
	key := fingerprint.NewKey()
	one, other := rowOf(1, "a", "a@x", "123"), rowOf(1, "a", "a@x", "456")
	open, closed := fingerprint.NewRows(key, false), fingerprint.NewRows(key, true)
	if open.Hash(one) != open.Hash(other) || closed.Hash(one) == closed.Hash(other) || open.Hash(one) == open.Hash(rowOf(1, "a", "a@x", "")) {
		t.Error("the value of a secret must count only where the key is kept apart")
	}
	long := rowOf(1, "a", fmt.Sprintf("%01000d", 0), "")
	if n := testing.AllocsPerRun(100, func() { open.Hash(one) }); n > 0 || open.Hash(long) == 0 {
		t.Errorf("%v allocations", n)
	}
}
