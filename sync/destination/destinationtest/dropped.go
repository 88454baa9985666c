package destinationtest

import (
	"bytes"
	"encoding/json"
	"slices"

	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// dropped replays the API's own answer to a call for many users, with one left out:
// that user is in doubt, and no other user's answer is taken for theirs.
func dropped(sc *scene, b user.Batch, own *stage.Tape) {
	sc.t.Helper()
	n := len(b.Records)
	if n < 2 {
		return
	}
	for _, at := range []int{0, n / 2, n - 1} {
		short := false
		sc.stage.Playing(own.Played(0, func(body []byte) []byte {
			shorter, ok := without(body, n, at)
			short = short || ok
			return shorter
		}))
		outcomes, ce := sc.apply(sc.t.Context(), b)
		got := results(outcomes, ce)
		switch {
		case !short: // the answer does not list the users
		case ce == nil && !slices.Contains(got, inDoubt):
			sc.t.Errorf("%s, one of %d left out of the answer: %q, and none in doubt", b.Op, n, slices.Compact(got))
		case !within(got, perhaps, inDoubt, string(success[b.Op]), string(user.Accepted)):
			sc.t.Errorf("%s, one of %d left out of the answer: %q", b.Op, n, slices.Compact(got))
		}
	}
}

func within(got []string, allowed ...string) bool {
	return !slices.ContainsFunc(got, func(g string) bool { return !slices.Contains(allowed, g) })
}

// without removes one element from every list of n in a JSON text. It reports whether
// there was one.
func without(text []byte, n, at int) ([]byte, bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if d.Decode(&tree) != nil {
		return text, false
	}
	tree, found := prune(tree, n, at)
	shorter, err := json.Marshal(tree)
	return shorter, found && err == nil
}

func prune(tree any, n, at int) (pruned any, found bool) {
	switch t := tree.(type) {
	case map[string]any:
		for name, v := range t {
			shorter, ok := prune(v, n, at)
			t[name], found = shorter, found || ok
		}
	case []any:
		if len(t) == n {
			return slices.Delete(t, at, at+1), true
		}
		for i, v := range t {
			shorter, ok := prune(v, n, at)
			t[i], found = shorter, found || ok
		}
	}
	return tree, found
}
