package ledger

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/ledger/internal/scope"
	"usersync/sync/user"
)

// idsFrom lists the ids of a feed in their order.
func idsFrom(t *testing.T, l *Ledger, feed, after string) (ids []string) {
	t.Helper()
	for r, err := range l.RowsFrom(t.Context(), feed, after) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	return ids
}

func TestRowsFromAreInTheOrderOfIDs(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		var entries []Entry
		var want []string
		for k := range 2*chunkSize + 7 {
			id := fmt.Sprint((k * 7919) % 100_003)
			entries, want = append(entries, Entry{ID: id, State: user.Present}), append(want, id)
		}
		for _, id := range []string{"Z", "a", "\u00e9"} {
			entries, want = append(entries, Entry{ID: id, State: user.Pending}), append(want, id)
		}
		save(t, l, entries...)
		slices.Sort(want)
		if d := cmp.Diff(want, idsFrom(t, l, "default", "")); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{"a", "\u00e9"}, idsFrom(t, l, "default", "Z")); d != "" {
			t.Error(d)
		}
		if got := idsFrom(t, l, "other", ""); got != nil {
			t.Error(got)
		}
	})
}

// A user in two feeds belongs to neither.
func TestSharedUsersBelongToNoFeed(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a := open(t, Options{URL: url, Feed: "a"})
		lease := lock(t, a)
		save(t, a, Entry{ID: "both", State: user.Present}, Entry{ID: "only-a", State: user.Present})
		if k := find(t, a, "both")[0]; k.OtherFeedOnly {
			t.Error("a user of this feed counts as one of another feed")
		}
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
		b := open(t, Options{URL: url, Feed: "b"})
		lock(t, b)
		save(t, b, Entry{ID: "only-b", State: user.Present})
		if k := find(t, b, "both", "only-b"); !k[0].OtherFeedOnly || k[1].OtherFeedOnly {
			t.Errorf("%+v", k)
		}
		if err := b.Share(t.Context(), []string{"both", "only-b", "nobody"}); err != nil {
			t.Fatal(err)
		}
		save(t, b, Entry{ID: "both", State: user.Present}) // a later checkpoint does not change that
		if k := find(t, b, "both")[0]; k.OtherFeedOnly || k.State != user.Present {
			t.Errorf("%+v", k)
		}
		if d := cmp.Diff([][]string{{"only-a"}, {"only-b"}}, [][]string{idsFrom(t, b, "a", ""), idsFrom(t, b, "b", "")}); d != "" {
			t.Error(d)
		}
		if s, err := b.Admin().Show(t.Context(), "both"); err != nil || s.Feed != scope.SharedFeed {
			t.Error(s.Feed, err)
		}
		if all, err := b.Admin().Stats(t.Context()); err != nil || len(all) != 3 || all[0].Feed != scope.SharedFeed || all[0].Present != 1 {
			t.Error(all, err)
		}
	})
}

func TestRulesAreKeptForEachFeed(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		if _, known, err := l.Rules(t.Context()); known || err != nil {
			t.Error(known, err)
		}
		lock(t, l)
		for _, want := range []Rules{{"run-1", "c", "m"}, {"run-2", "c2", "m"}} {
			if err := l.KeepRules(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			if got, known, err := l.Rules(t.Context()); got != want || !known || err != nil {
				t.Error(got, known, err)
			}
		}
		other := open(t, Options{URL: url, Feed: "other"})
		if _, known, err := other.Rules(t.Context()); known || err != nil {
			t.Error(known, err)
		}
	})
}
