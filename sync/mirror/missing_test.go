package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"usersync/sync/guard"
	"usersync/sync/identity"
	"usersync/sync/ledger"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// feed is an in-memory ledger of one feed: its users by id, numbered from 1.
type feed struct {
	rows map[string]int64
	// shared is an id whose key of the API another id has, too.
	shared string
	rules  ledger.Rules
	known  bool // it was sent in full before
}

func newFeed(ids ...string) *feed {
	f := &feed{rows: map[string]int64{}, known: true, rules: ledger.Rules{Config: "c", Mapping: "m"}}
	for i, id := range ids {
		f.rows[id] = int64(i + 1)
	}
	return f
}

func (f *feed) Max(context.Context) (int64, error) { return int64(len(f.rows)), nil }

func (f *feed) Lookup(_ context.Context, ids []string) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for i, id := range ids {
		if row := f.rows[id]; row > 0 {
			known[i] = user.LedgerEntry{State: user.Present, Row: row}
		}
	}
	return known, nil
}

func (f *feed) Rows(ctx context.Context, name string) iter.Seq2[ledger.Row, error] {
	return f.RowsFrom(ctx, name, "")
}

func (f *feed) RowsFrom(_ context.Context, _, after string) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(f.rows)) {
			if id > after && !yield(ledger.Row{Row: f.rows[id], ID: id, Shared: id == f.shared}, nil) {
				return
			}
		}
	}
}

func (f *feed) Rules(context.Context) (ledger.Rules, bool, error) { return f.rules, f.known, nil }

// input yields a record for each id, and looks up those that are valid, as the engine
// does. A leading ! makes an id unreadable; a leading ? makes another cell of its row
// invalid; a leading # makes the row a header.
func input(t *testing.T, p *Presence, f *feed, written int, ids ...string) {
	t.Helper()
	records := func(yield func(*user.Record, error) bool) {
		for i, id := range ids {
			r := &user.Record{Origin: user.Origin{Record: i + 1, File: "users.csv", Line: i + 2}, User: user.User{ID: strings.Trim(id, "!?#")}}
			switch id[0] {
			case '!':
				r.Err = &user.InvalidError{Code: "bad_id", Field: user.ID}
			case '?':
				r.Err = &user.InvalidError{Code: "bad_phone", Field: user.Phone}
			case '#':
				r.Err = &user.InvalidError{Code: identity.CodeHeader}
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	for r, err := range p.Of(t.Context(), records, written) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Err == nil && r.Origin.Record > written {
			known, _ := f.Lookup(t.Context(), []string{r.User.ID})
			p.Seen(known)
		}
	}
}

// deleted returns the ids that Missing would delete.
func deleted(t *testing.T, f *feed, p *Presence, r Rules) (ids []string, err error) {
	t.Helper()
	next := r.Last
	for part, err := range Missing(t.Context(), f, p, r) {
		if err != nil {
			return ids, err
		}
		for _, d := range part {
			if next++; d.Origin.Record != next || !d.Origin.Absent || d.Op != user.Delete {
				t.Errorf("%+v, want the deletion of record %d", d, next)
			}
			ids = append(ids, d.User.ID)
		}
	}
	return ids, nil
}

func presence(t *testing.T, f *feed) *Presence {
	t.Helper()
	p, err := NewPresence(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lenient are rules that forbid nothing.
func lenient() Rules {
	return Rules{Feed: "f", MaxDelete: Limit{Set: true, Percent: 100}, Settings: ledger.Rules{Config: "c", Mapping: "m"}, Invalid: -1}
}

// For any ledger and input, exactly the users that are in the ledger and not in the input
// are deleted, by id and each once, and never a protected user.
func TestDeletesExactlyTheMissing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var held, listed []string
		want, protected := map[string]bool{}, map[string]struct{}{}
		for i := range random.IntN(1500) {
			id := fmt.Sprintf("u%04d", random.IntN(3000)*2+i%2)
			if want[id] {
				continue
			}
			held, want[id] = append(held, id), true
		}
		for _, id := range held {
			switch random.IntN(4) {
			case 0:
				protected[id] = struct{}{}
				delete(want, id)
			case 1:
				listed = append(listed, []string{"?", "", ""}[random.IntN(3)]+id)
				delete(want, id)
			}
		}
		for range random.IntN(5) {
			listed = append(listed, fmt.Sprintf("new%d", random.IntN(9)))
		}
		random.Shuffle(len(listed), func(i, k int) { listed[i], listed[k] = listed[k], listed[i] })
		f := newFeed(held...)
		p := presence(t, f)
		input(t, p, f, random.IntN(len(listed)+1), listed...)
		r := lenient()
		r.Protected, r.Last = listOf(protected), len(listed)
		got, err := deleted(t, f, p, r)
		if err != nil {
			t.Fatal(err)
		}
		if all := slices.Sorted(maps.Keys(want)); !slices.Equal(got, all) {
			t.Fatalf("%d held, %d listed: %v would be deleted, want %v", len(held), len(listed), got, all)
		}
		if len(got) > 0 { // a resumed run continues after what it has deleted
			k := random.IntN(len(got))
			r.After, r.Last = got[k], r.Last+k+1
			if rest, err := deleted(t, f, p, r); err != nil || !slices.Equal(rest, got[k+1:]) {
				t.Fatalf("after %s: %v, want %v (%v)", got[k], rest, got[k+1:], err)
			}
		}
	}
}

// Each rule forbids deletions by itself, and says so; what is allowed passes.
func TestRules(t *testing.T) {
	f := newFeed("a", "b", "c", "d")
	for name, c := range map[string]struct {
		listed []string
		change func(*Rules, *feed)
		says   string // empty: the missing users are deleted
		hint   string
	}{
		"nothing broken":           {[]string{"a", "b", "c"}, func(*Rules, *feed) {}, "", ""},
		"a file without a proof":   {[]string{"a", "b", "c"}, func(r *Rules, _ *feed) { r.Unproven = "users.csv" }, "nothing proves that users.csv was not truncated", "--trust-eof"},
		"an id that nobody reads":  {[]string{"a", "b", "!c"}, func(*Rules, *feed) {}, "the id of 1 row cannot be read (users.csv:4)", "fix these rows"},
		"a header inside":          {[]string{"a", "b", "#ID"}, func(*Rules, *feed) {}, "the id of 1 row cannot be read (users.csv:4)", "fix these rows"},
		"no row that is valid":     {[]string{"?a"}, func(r *Rules, _ *feed) { r.Invalid = 1 }, "no row of the input is valid", "rejects"},
		"no row at all":            {nil, func(r *Rules, _ *feed) { r.Invalid = 0 }, "no row of the input is valid", "rejects"},
		"more than allowed":        {[]string{"a", "b"}, func(r *Rules, _ *feed) { r.MaxDelete = Limit{Set: true, Count: 1} }, "at most 1 may be deleted", "--max-delete"},
		"as many as allowed":       {[]string{"a", "b"}, func(r *Rules, _ *feed) { r.MaxDelete = Limit{Set: true, Count: 2} }, "", ""},
		"other settings":           {[]string{"a"}, func(r *Rules, _ *feed) { r.Settings.Config = "other" }, "the mapping or the settings may have changed", "--accept-mapping-change"},
		"another mapping":          {[]string{"a"}, func(r *Rules, _ *feed) { r.Settings.Mapping = "other" }, "the mapping or the settings may have changed", "--accept-mapping-change"},
		"a feed never sent whole":  {[]string{"a"}, func(_ *Rules, f *feed) { f.known = false }, "the mapping or the settings may have changed", "--accept-mapping-change"},
		"and that is accepted":     {[]string{"a"}, func(r *Rules, f *feed) { f.known, r.AcceptChange = false, true }, "", ""},
		"nobody missing":           {[]string{"a", "b", "c", "d"}, func(r *Rules, f *feed) { f.known, r.Unproven = false, "users.csv" }, "", ""},
		"only a protected missing": {[]string{"a", "b", "c"}, func(r *Rules, f *feed) { f.known, r.Protected = false, protect.New([][]string{{"d"}}) }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := &feed{rows: f.rows, rules: f.rules, known: true}
			r := lenient()
			c.change(&r, f)
			p := presence(t, f)
			input(t, p, f, 0, c.listed...)
			ids, err := deleted(t, f, p, r)
			tripped, stopped := errors.AsType[*guard.Error](err)
			if c.says == "" {
				if err != nil || len(ids)+len(c.listed)+r.Protected.Len() != len(f.rows) {
					t.Errorf("%v would be deleted, %v", ids, err)
				}
				return
			}
			if !stopped || tripped.Name != Guard || len(ids) > 0 || !strings.Contains(tripped.What, c.says) || !strings.Contains(tripped.Hint, c.hint) {
				t.Errorf("%v would be deleted, %#v; want a guard that says %q", ids, err, c.says)
			}
			if !strings.Contains(tripped.What, "no user was deleted") {
				t.Errorf("%s", tripped.What)
			}
			r.Planned = true
			if _, err := deleted(t, f, p, r); err == nil || !strings.Contains(err.Error(), "a run would delete no users") {
				t.Errorf("planned: %v", err)
			}
		})
	}
}

// If a row of another id led to a user, or another id has its key, the user is not deleted:
// the deletion is refused, and counts for no rule.
func TestUsersOfOtherIDsAreNotDeleted(t *testing.T) {
	f := newFeed("a", "b", "c", "d", "e")
	f.shared = "c"
	p := presence(t, f)
	input(t, p, f, 0, "a", "new")
	if err := p.Led(t.Context(), []string{"b", "nobody"}); err != nil {
		t.Fatal(err)
	}
	r := lenient()
	r.MaxDelete = Limit{Set: true, Count: 2}
	var got []string
	for part, err := range Missing(t.Context(), f, p, r) {
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range part {
			text := d.User.ID
			if bad, ok := errors.AsType[*user.RefusedError](d.Err); ok {
				text += " " + bad.Code
			}
			got = append(got, text)
		}
	}
	if want := []string{"b same_user", "c same_user", "d", "e"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	var listed []string
	for row := range Rows(t.Context(), f, p, r) {
		listed = append(listed, row.ID)
	}
	if !slices.Equal(listed, []string{"d", "e"}) {
		t.Errorf("%v are listed", listed)
	}
	// If no one else is missing, nothing needs to be proved.
	f = newFeed("a", "b")
	p, r = presence(t, f), lenient()
	r.Unproven = "users.csv"
	input(t, p, f, 0, "a")
	if err := p.Led(t.Context(), []string{"b"}); err != nil {
		t.Fatal(err)
	}
	if ids, err := deleted(t, f, p, r); !slices.Equal(ids, []string{"b"}) || err != nil {
		t.Errorf("%v, %v", ids, err)
	}
}

// Rejects say who was rejected, not who is missing.
func TestRejectsDeleteNoUsers(t *testing.T) {
	f := newFeed("a", "b")
	p, r := presence(t, f), lenient()
	told := 0
	r.OnRejects = func(missing int) { told = missing }
	for rec, err := range p.Of(t.Context(), func(yield func(*user.Record, error) bool) {
		yield(&user.Record{Origin: user.Origin{Record: 1, Before: &user.Rejected{}}, User: user.User{ID: "a"}}, nil)
	}, 1) {
		if rec == nil || err != nil {
			t.Fatal(err)
		}
	}
	if ids, err := deleted(t, f, p, r); len(ids) > 0 || err != nil || told != 1 {
		t.Errorf("%v would be deleted, %d told, %v", ids, told, err)
	}
}

// A record that was not looked up would make its user a missing one: the numbers do not
// add up, and no user is deleted.
func TestRecordNotLookedUp(t *testing.T) {
	f := newFeed("a", "b")
	p := presence(t, f)
	for range p.Of(t.Context(), func(yield func(*user.Record, error) bool) {
		yield(&user.Record{Origin: user.Origin{Record: 1}, User: user.User{ID: "a"}}, nil)
	}, 0) {
	}
	ids, err := deleted(t, f, p, lenient())
	if _, ok := errors.AsType[*user.AccountingError](err); !ok || len(ids) > 0 {
		t.Errorf("%v would be deleted, %v", ids, err)
	}
}

// Users that the ledger learned of after the run began are in the input.
func TestUsersOfThisRunAreNotMissing(t *testing.T) {
	f := newFeed("a")
	p := presence(t, f)
	input(t, p, f, 0, "a", "b")
	f.rows["b"] = 2
	if ids, err := deleted(t, f, p, lenient()); len(ids) > 0 || err != nil {
		t.Errorf("%v would be deleted, %v", ids, err)
	}
}

// failing is a ledger that fails while it yields the users of a feed.
type failing struct {
	*feed
	err error
}

func (f failing) RowsFrom(ctx context.Context, name, after string) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for row, err := range f.feed.RowsFrom(ctx, name, after) {
			if !yield(row, err) {
				return
			}
			yield(ledger.Row{}, f.err)
			return
		}
	}
}

// An error of the input or of the ledger is returned unchanged, and ends the deletions.
func TestErrorsAreReturned(t *testing.T) {
	broken := errors.New("broken")
	f := newFeed("a", "b")
	p := presence(t, f)
	for r, err := range p.Of(t.Context(), func(yield func(*user.Record, error) bool) { yield(nil, broken) }, 0) {
		if r != nil || err != broken {
			t.Errorf("%v, %v", r, err)
		}
	}
	var got []error
	for _, err := range Missing(t.Context(), failing{f, broken}, p, lenient()) {
		got = append(got, err)
	}
	if len(got) != 1 || got[0] != broken {
		t.Errorf("%v, want the ledger's error", got)
	}
}

func listOf(ids map[string]struct{}) *protect.List {
	var all [][]string
	for id := range ids {
		all = append(all, []string{id})
	}
	return protect.New(all)
}
