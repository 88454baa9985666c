package ledger

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

func TestMoveScope(t *testing.T) {
	fromSchema1(t, func(t *testing.T, o Options) {
		o.Scope = oldKard
		l := open(t, o)
		lock(t, l)
		register(t, l, "killed")
		to := Place{Destination: "kard", Base: "https://api.example.com/v2", Account: "org"}
		const name = "kard|https://api.example.com/v2|org"
		o.Scope, o.Place = name, to
		target := open(t, o)
		lock(t, target) // the caller locks it, because a run could begin there
		if err := l.Admin().MoveScope(t.Context(), name, to); err != nil {
			t.Fatal(err)
		}
		moved := open(t, o)
		if k := find(t, moved, "cust-1")[0]; k.State != user.Present || len(k.Fingerprints.Fields) == 0 {
			t.Errorf("%+v", k)
		}
		if r, ok, err := moved.Rules(t.Context()); !ok || err != nil || r.Mapping != "m" {
			t.Error(r, ok, err)
		}
		if u, err := moved.Runs().Unchanged(t.Context()); len(u) != 1 || err != nil {
			t.Error(u, err)
		}
		if got := unfinished(t, moved); !cmp.Equal(got, []string{"killed"}) {
			t.Error(got)
		}
		all, err := moved.Admin().Scopes(t.Context(), "kard")
		if d := cmp.Diff([]Scope{{Name: name, Place: to, Entries: true, Open: true}}, all); d != "" || err != nil {
			t.Error(d, err)
		}
		save(t, l, Entry{ID: "new", State: user.Present}) // the lock is still good
	})
}

// Two scopes that both have users are not merged.
func TestMoveScopeDoesNotMerge(t *testing.T) {
	fromSchema1(t, func(t *testing.T, o Options) {
		o.Scope = oldKard
		l := open(t, o)
		lock(t, l)
		for _, name := range []string{oldAcme, oldKard} {
			err := l.Admin().MoveScope(t.Context(), name, Place{})
			if _, ok := errors.AsType[*ScopeError](err); !ok {
				t.Errorf("%s: %v", name, err)
			}
		}
		if k := find(t, l, "cust-1")[0]; k.State != user.Present {
			t.Errorf("%+v", k)
		}
	})
}

// Locking a scope stores the parts of its name.
func TestScopesKeepTheirPlace(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		one := Place{Destination: "kard", Base: "https://a.example", Account: "org"}
		l := open(t, Options{URL: url, Scope: "one", Place: one})
		lock(t, l)
		lock(t, open(t, Options{URL: url, Scope: "two", Place: Place{Destination: "scim", Base: "https://b.example", Account: ""}}))
		all, err := l.Admin().Scopes(t.Context(), "kard")
		if d := cmp.Diff([]Scope{{Name: "one", Place: one, Entries: false, Open: false}}, all); d != "" || err != nil {
			t.Error(d, err)
		}
	})
}

// What an API refused at one address it may take at another: there it parks no one.
func TestMoveScopeForgetsWhatRecurs(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url, Scope: oldKard})
		lock(t, l)
		meets(t, l, "run-1", RunFinished, MetRow{ID: "a"})
		const name = "kard|https://api.example.com/v2|org"
		to := Place{Destination: "kard", Base: "https://api.example.com/v2", Account: "org"}
		target := open(t, Options{URL: url, Scope: name, Place: to})
		lock(t, target)
		if err := l.Admin().MoveScope(t.Context(), name, to); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(map[string]int{}, runsOf(t, open(t, Options{URL: url, Scope: name, Place: to}))); d != "" {
			t.Error(d)
		}
	})
}
