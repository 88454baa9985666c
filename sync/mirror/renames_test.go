package mirror

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"usersync/sync/ledger"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// renamable is a feed whose users can be renamed.
type renamable struct {
	*feed
	pending []string // users whose create is pending
	renamed []string
	before  int // renamed by earlier parts of the run
	err     error
}

func (f *renamable) Lookup(ctx context.Context, ids []string) ([]user.LedgerEntry, error) {
	known, err := f.feed.Lookup(ctx, ids)
	for i, id := range ids {
		if slices.Contains(f.pending, id) {
			known[i].State = user.Pending
		}
	}
	return known, err
}

func (f *renamable) Renamed(context.Context) (int, error) { return f.before, nil }

func (f *renamable) Rename(_ context.Context, _ int, p ledger.Renaming) error {
	if f.err != nil {
		return f.err
	}
	f.pending = slices.DeleteFunc(f.pending, func(id string) bool { return id == p.New })
	if f.rows[p.New] > 0 {
		return &ledger.RenameError{Pair: 1, What: "the new id is already in the ledger"}
	}
	f.renamed = append(f.renamed, p.Old+">"+p.New)
	f.rows[p.New] = f.rows[p.Old]
	delete(f.rows, p.Old)
	return nil
}

func listOfIDs(ids ...string) iter.Seq2[*user.Record, error] {
	return func(yield func(*user.Record, error) bool) {
		for i, id := range ids {
			r := &user.Record{Origin: user.Origin{Record: i + 1, File: "users.csv", Line: i + 2}, User: user.User{ID: strings.Trim(id, "!?")}}
			switch {
			case id == "broken":
				yield(nil, errors.New("cut"))
				return
			case id[0] == '!':
				r.Err = &user.InvalidError{Code: "bad_id", Field: user.ID}
			case id[0] == '?':
				r.Err = &user.InvalidError{Code: "bad_phone", Field: user.Phone}
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// A user is renamed only if the input is complete, the old id is certainly not in it and
// belongs to the feed, and the new one is not in the ledger; up to a number.
func TestRenames(t *testing.T) {
	for name, test := range map[string]struct {
		input    string
		unproved bool
		most     int
		before   int    // renamed by earlier parts of the run, by the ledger
		told     int    // and by their outcomes
		moves    string // old>new
		want     string // those that were made
		why      string
	}{
		"the old id is missing":         {input: "b x", most: 2, moves: "a>x", want: "a>x"},
		"the old id is in the input":    {input: "a b x", most: 2, moves: "a>x"},
		"it is in an invalid row":       {input: "?a b x", most: 2, moves: "a>x"},
		"an id cannot be read":          {input: "b x !", most: 2, moves: "a>x", why: "cannot be read"},
		"nothing proves the end":        {input: "b x", unproved: true, most: 2, moves: "a>x", why: "truncated"},
		"the input breaks off":          {input: "b x broken", most: 2, moves: "a>x", why: "to its end"},
		"the new id is known":           {input: "b x", most: 2, moves: "a>b"},
		"the new id is pending":         {input: "b p", most: 2, moves: "a>p", want: "a>p"},
		"the new id was pending before": {input: "b q", most: 2, moves: "a>q", want: "a>q"},
		"the user is protected":         {input: "b x", most: 2, moves: "d>x"},
		"two ids have the user":         {input: "b x", most: 2, moves: "c>x"},
		"the ledger does not know it":   {input: "b x", most: 2, moves: "z>x"},
		"no more than allowed":          {input: "x y w", most: 2, moves: "a>x b>y e>w", want: "a>x b>y"},
		"a second row leads to a user":  {input: "b x y", most: 2, moves: "a>x x>y", want: "a>x"},
		"a refused one does not count":  {input: "b x y w", most: 2, moves: "a>b a>x e>w", want: "a>x e>w"},
		"none is allowed":               {input: "b x", moves: "a>x"},
		"earlier parts count":           {input: "x y w", most: 2, before: 1, moves: "a>x b>y", want: "a>x"},
		"as their outcomes say":         {input: "x y w", most: 2, told: 1, moves: "a>x b>y", want: "a>x"},
		"the ledger knows of more":      {input: "x y w", most: 3, before: 2, told: 1, moves: "a>x b>y", want: "a>x"},
		"fewer are allowed by now":      {input: "x y w", most: 1, before: 2, moves: "a>x b>y"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &renamable{feed: newFeed("a", "b", "c", "d", "e"), pending: []string{"p", "q"}, before: test.before}
			f.shared = "c"
			p := presence(t, f.feed)
			proved := func() bool { return !test.unproved }
			r, why, err := NewRenames(t.Context(), f, p, FirstPass{Records: listOfIDs(strings.Fields(test.input)...), Proved: proved,
				Feed: "f", Protected: protect.New([][]string{{"d"}}), Most: test.most, Moved: test.told})
			if err != nil || !strings.Contains(why, test.why) || (why == "") != (test.why == "") {
				t.Fatalf("%q, %v", why, err)
			}
			moved := max(test.before, test.told)
			for _, pair := range strings.Fields(test.moves) {
				old, id, _ := strings.Cut(pair, ">")
				row := f.rows[old]
				did, err := r.Move(t.Context(), old, &user.Record{User: user.User{ID: id}})
				if err != nil || did && p.missing(ledger.Row{Row: row}) {
					t.Errorf("%s: %t, %v; a renamed user is in the input", pair, did, err)
				}
				if did {
					moved++
				}
			}
			if got := strings.Join(f.renamed, " "); got != test.want || r.Moved() != moved {
				t.Errorf("renamed %q, want %q; %d", got, test.want, r.Moved())
			}
		})
	}
}

// A ledger that fails ends the run.
func TestRenameFails(t *testing.T) {
	f := &renamable{feed: newFeed("a"), err: errors.New("no room")}
	r, _, err := NewRenames(t.Context(), f, presence(t, f.feed), FirstPass{Records: listOfIDs("x"), Proved: func() bool { return true }, Feed: "f", Most: 1})
	if err != nil {
		t.Fatal(err)
	}
	if did, err := r.Move(t.Context(), "a", &user.Record{User: user.User{ID: "x"}}); did || !errors.Is(err, f.err) || r.Moved() != 0 {
		t.Errorf("%t, %v", did, err)
	}
}
