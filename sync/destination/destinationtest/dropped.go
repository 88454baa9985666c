package destinationtest

import (
	"bytes"
	"encoding/json"
	"slices"

	"usersync/sync/user"
)

// dropped plays the API's own answer to a call of many without one of them:
// whoever is not mentioned is in doubt, and nobody else's place is taken for
// theirs.
func dropped(sc *scene, b user.Batch, own *tape) {
	sc.t.Helper()
	n := len(b.Records)
	if n < 2 {
		return
	}
	for _, at := range []int{0, n / 2, n - 1} {
		short := false
		sc.stage.playing(own.played(0, func(body []byte) []byte {
			less, ok := without(body, n, at)
			short = short || ok
			return less
		}))
		outcomes, ce := sc.apply(sc.t.Context(), b)
		got := verdicts(outcomes, ce)
		switch {
		case !short: // an answer that does not list the users
		case ce == nil && !slices.Contains(got, inDoubt):
			sc.t.Errorf("%s, one of %d left out of the answer: %q, and nobody in doubt", b.Op, n, slices.Compact(got))
		case !within(got, perhaps, inDoubt, string(success[b.Op]), string(user.Accepted)):
			sc.t.Errorf("%s, one of %d left out of the answer: %q", b.Op, n, slices.Compact(got))
		}
	}
}

func within(got []string, allowed ...string) bool {
	return !slices.ContainsFunc(got, func(g string) bool { return !slices.Contains(allowed, g) })
}

// without takes one element out of every list of n in a JSON text. It reports
// whether there is one.
func without(text []byte, n, at int) ([]byte, bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if d.Decode(&tree) != nil {
		return text, false
	}
	tree, found := prune(tree, n, at)
	less, err := json.Marshal(tree)
	return less, found && err == nil
}

func prune(tree any, n, at int) (pruned any, found bool) {
	switch t := tree.(type) {
	case map[string]any:
		for name, v := range t {
			less, ok := prune(v, n, at)
			t[name], found = less, found || ok
		}
	case []any:
		if len(t) == n {
			return slices.Delete(t, at, at+1), true
		}
		for i, v := range t {
			less, ok := prune(v, n, at)
			t[i], found = less, found || ok
		}
	}
	return tree, found
}
