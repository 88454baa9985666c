package lookalike

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"usersync/sync/identity"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// held is a ledger in memory: its ids are in the rows 1, 2, 3 and so on.
type held struct {
	ids   []string
	first int64
	asked int
}

func (h *held) Lookalikes(_ context.Context, ids []string) (map[string][]ledger.Lookalike, error) {
	h.asked += len(ids)
	found := map[string][]ledger.Lookalike{}
	for _, id := range ids {
		for i, known := range h.ids {
			if known != id && identity.Fold(known) == identity.Fold(id) {
				found[id] = append(found[id], ledger.Lookalike{Row: int64(i + 1), ID: known})
			}
		}
	}
	return found, nil
}

func (h *held) FirstNew(context.Context) (int64, error) { return h.first, nil }

func (h *held) known(id string) user.LedgerEntry {
	if i := slices.Index(h.ids, id); i >= 0 {
		return user.LedgerEntry{State: user.Present, Row: int64(i + 1)}
	}
	return user.LedgerEntry{}
}

// noted passes each id as a chunk, and returns the records that are noted.
func noted(t *testing.T, f *Finder, h *held, checkpoint func(record int) int, ids ...string) (found []int) {
	t.Helper()
	for i, id := range ids {
		records := []*user.Record{{Origin: user.Origin{Record: i + 1}, User: user.User{ID: id}}}
		var known []user.LedgerEntry
		if h != nil {
			known = []user.LedgerEntry{h.known(id)}
		}
		if err := f.Note(t.Context(), records, known, checkpoint(i+1)); err != nil {
			t.Fatal(err)
		}
		if records[0].Notes == user.LooksLike {
			found = append(found, i+1)
		}
	}
	return found
}

func never(int) int           { return 0 }
func before(record int) int   { return record - 1 }
func is(got, want []int) bool { return fmt.Sprint(got) == fmt.Sprint(want) }

func TestNote(t *testing.T) {
	for name, c := range map[string]struct {
		held []string
		ids  []string
		want []int
	}{
		"only new ids are noted, each once":      {[]string{"a-1", "b"}, []string{"A-1", "b", "B", "c", "A-1"}, []int{1, 3}},
		"two users of the ledger are two users":  {[]string{"a", "A"}, []string{"a", "A"}, nil},
		"a third spelling is noted":              {[]string{"a", "A"}, []string{"a", "A", "'a"}, []int{3}},
		"new ids look like each other":           {nil, []string{"101", "101.0", "00101", "101", "0101", "101.0"}, []int{2, 3, 5}},
		"the plain spelling may come last":       {nil, []string{"CUST-1", "cust-1"}, []int{2}},
		"an id that comes again is no other one": {nil, []string{"CUST-1", "CUST-1"}, nil},
	} {
		h := &held{ids: c.held}
		if got := noted(t, New(h), h, never, c.ids...); !is(got, c.want) {
			t.Errorf("%s: records %v, want %v", name, got, c.want)
		}
	}
}

// What the ledger can show is forgotten; what it cannot show yet is remembered, however far
// apart the rows are.
func TestNoteForgetsWhatTheLedgerShows(t *testing.T) {
	h := &held{}
	f := New(h)
	ids := []string{"a"}
	for i := range 3 * Window {
		ids = append(ids, fmt.Sprint("other-", i))
	}
	if got := noted(t, f, h, never, append(ids, "A")...); !is(got, []int{len(ids) + 1}) || len(f.order) != len(ids)+1 {
		t.Errorf("records %v, %d ids kept", got, len(f.order))
	}
	f = New(h)
	if got := noted(t, f, h, before, append(ids, "A")...); len(got) != 0 || len(f.recent)+len(f.order) > 2 || cap(f.order) > 8 {
		t.Errorf("records %v, %d ids kept", got, len(f.order))
	}
}

// Without a ledger the memory is bounded, and so is the distance.
func TestNoteWithoutALedger(t *testing.T) {
	for distance, want := range map[int]bool{1: true, Window - 1: true, Window: true, Window + 1: false} {
		f := New(nil)
		ids := []string{"a"}
		for i := range distance - 1 {
			ids = append(ids, fmt.Sprint("other-", i))
		}
		if got := noted(t, f, nil, never, append(ids, "A")...); (len(got) == 1) != want || len(f.order) > Window+2 {
			t.Errorf("%d records apart: %v, %d ids kept", distance, got, len(f.order))
		}
	}
}

func TestRecordsThatAreNotNew(t *testing.T) {
	h := &held{ids: []string{"a"}}
	f := New(h)
	records := []*user.Record{
		{User: user.User{ID: "A"}, Err: &user.InvalidError{Code: "bad_phone"}},
		{User: user.User{ID: "A"}, Origin: user.Origin{Absent: true}},
	}
	if err := f.Note(t.Context(), records, make([]user.LedgerEntry, 2), 0); err != nil || records[0].Notes|records[1].Notes != 0 || h.asked != 0 {
		t.Error(err, records[0].Notes, records[1].Notes, h.asked)
	}
}

// For a mirror, ids count as new that came with a run that did not finish, and ids of rows
// that the engine does not look up.
func TestFound(t *testing.T) {
	for name, c := range map[string]struct {
		mirror bool
		note   string
		want   bool
	}{
		"an id that is new":                       {true, "A", true},
		"an id of a run that did not finish":      {true, "'a", true},
		"an id that was there before":             {true, "b", false},
		"it is only for a mirror":                 {false, "'a", false},
		"a look-alike that was there before both": {true, "0a", false},
	} {
		h := &held{ids: []string{"a", "b", "0a", "'a"}, first: 4}
		f := New(h)
		if c.mirror {
			f = NewForMirror(h)
		}
		if err := f.NoteIDs(t.Context(), []string{c.note}, []user.LedgerEntry{h.known(c.note)}); err != nil || f.Found(1) != c.want || f.Found(2) {
			t.Errorf("%s: NoteIDs: %v, %v", name, f.Found(1), err)
		}
		f = New(h)
		if c.mirror {
			f = NewForMirror(h)
		}
		if noted(t, f, h, never, c.note); f.Found(1) != c.want || f.Found(2) {
			t.Errorf("%s: Note: %v", name, f.Found(1))
		}
	}
}

// An id that is pending may not be in the API: the user who looks like it is kept.
func TestFoundByPending(t *testing.T) {
	h := &held{ids: []string{"a", "A"}, first: 3}
	f := NewForMirror(h)
	pending := user.LedgerEntry{State: user.Pending, Row: 2}
	if err := f.NoteIDs(t.Context(), []string{"A"}, []user.LedgerEntry{pending}); err != nil || !f.Found(1) {
		t.Error("NoteIDs:", err, f.Found(1))
	}
	f = NewForMirror(h)
	r := &user.Record{User: user.User{ID: "A"}}
	if err := f.Note(t.Context(), []*user.Record{r}, []user.LedgerEntry{pending}, 0); err != nil || !f.Found(1) || r.Notes != user.LooksLike {
		t.Error("Note:", err, f.Found(1), r.Notes)
	}
}

// Plain ids that are known cost nothing, and new ones no allocation each.
func TestPlainIDsDoNotAllocate(t *testing.T) {
	const n = 256
	records, known := make([]*user.Record, n), make([]user.LedgerEntry, n)
	for i := range n {
		records[i] = &user.Record{User: user.User{ID: fmt.Sprint("cust-", i)}}
	}
	f, next := New(&held{}), 0
	pass := func() {
		for _, r := range records {
			next++
			r.Origin.Record = next
		}
		if err := f.Note(t.Context(), records, known, next-n); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		pass()
	}
	if got := testing.AllocsPerRun(20, pass); got > n/8 { // of which some are of the test's ledger
		t.Errorf("%v allocations for %d new ids", got, n)
	}
	for i := range known {
		known[i] = user.LedgerEntry{State: user.Present, Row: int64(i + 1)}
	}
	pass()
	if got := testing.AllocsPerRun(20, pass); got != 0 {
		t.Errorf("%v allocations for %d known ids", got, n)
	}
}

// Whatever the order of spellings and however fast the ledger follows, a look-alike that the
// ledger cannot show yet is found, and nothing is that has none.
func TestNoteFindsAllRecent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		f, h := New(&held{}), &held{}
		var ids []string
		checkpoint, plain := 0, random.IntN(20)
		for n := 1; n < 200; n++ {
			id := fmt.Sprint("u", random.IntN(30))
			if random.IntN(20) > plain {
				id = []string{"U", "'u", "0u"}[random.IntN(3)] + id[1:]
			}
			if random.IntN(10) == 0 {
				checkpoint += random.IntN(n - checkpoint)
			}
			r := &user.Record{Origin: user.Origin{Record: n}, User: user.User{ID: id}}
			if err := f.Note(t.Context(), []*user.Record{r}, []user.LedgerEntry{h.known(id)}, checkpoint); err != nil {
				t.Fatal(err)
			}
			must, may := false, false
			for i, earlier := range ids {
				like := earlier != id && identity.Fold(earlier) == identity.Fold(id)
				may, must = may || like, must || like && i+1 > checkpoint
			}
			if slices.Contains(ids[min(checkpoint, len(ids)):], id) {
				may = false // it was noted then, if at all
			}
			must = must && !slices.Contains(ids, id)
			if noted := r.Notes != 0; noted && !may || !noted && must {
				t.Fatalf("record %d, %q after %q and checkpoint %d: noted %v", n, id, ids, checkpoint, noted)
			}
			ids = append(ids, id)
		}
		if f.forget(1000); len(f.recent)+len(f.order)+f.others+f.indexed != 0 {
			t.Fatal("it keeps what the ledger shows")
		}
	}
}
