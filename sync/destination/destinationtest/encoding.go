package destinationtest

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// awkward are keys that a path must carry as one segment.
var awkward = []string{`a/b`, `a\b`, `a?b=c`, `a#b`, `a%2Fb`, `100%`, `ü`, `a b`, ` `, `a+b`, `a&b;c`, `../b`, `.`, `..`, `"a'b"`, `日本`}

// encoding checks that a key in a path is one segment, whatever it contains.
func encoding(s Suite, t *testing.T) {
	for _, op := range s.KeyInPath {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			sc.stage.Playing(stage.Answering(http.StatusNotFound, "{}"))
			for _, key := range awkward {
				segment(sc, key, func(r *user.Record) { sc.apply(t.Context(), user.Batch{Op: op, Records: []*user.Record{r}}) })
			}
		})
	}
	bubble(t, "life", func(t *testing.T) {
		for _, key := range awkward {
			life(s.open(t), key)
		}
	})
	if !s.KeyInFindPath {
		return
	}
	bubble(t, "find", func(t *testing.T) {
		sc := s.open(t)
		sc.stage.Playing(stage.Answering(http.StatusNotFound, "{}"))
		for _, key := range awkward {
			segment(sc, key, func(r *user.Record) { sc.look(r) })
		}
	})
}

// life creates, finds, updates and deletes a user with an awkward id, if the API takes
// it: all calls must address the same user.
func life(sc *scene, id string) {
	sc.t.Helper()
	remotes := map[string]string{}
	for _, op := range sc.ops() {
		r := sc.Record(0, 1)
		r.Op, r.User.ID = op, id
		if sc.client.Check(r) != nil {
			return
		}
		b := user.Batch{Op: op, Records: []*user.Record{r}}
		know(b, remotes)
		o := sc.must(b)[0]
		remotes[id] = cmp.Or(o.Remote, remotes[id])
		if o.Status != success[op] && o.Status != user.Accepted && !(op == user.Create && o.Status == user.Refused) {
			sc.t.Errorf("id %q: %s: %q %s", id, op, o.Status, o.Code)
		}
		if o.Status == user.Created && sc.sandbox.Look(r).Held != 1 {
			sc.t.Errorf("id %q: created, and the sandbox does not hold it", id)
		}
		if o.Status == user.Refused {
			return
		}
	}
}

// segment makes a call with a plain key and one with an awkward key, and compares the
// paths.
func segment(sc *scene, key string, do func(*user.Record)) {
	sc.t.Helper()
	paths := [2][]string{}
	for i, k := range []string{"plain", key} {
		r := sc.Record(0, 1)
		if sc.traits.OwnKeys {
			r.Remote = k
		} else {
			r.User.ID = k
		}
		sc.stage.Calls()
		do(r)
		sent := sc.stage.Calls()
		if len(sent) == 0 {
			if !sc.traits.OwnKeys || i == 0 {
				sc.t.Errorf("key %q: nothing was sent", k)
			}
			return // an API that assigns keys assigns none like this one
		}
		path, _, _ := strings.Cut(sent[len(sent)-1].URI, "?")
		paths[i] = strings.Split(path, "/")
	}
	at := slices.Index(paths[0], "plain")
	if at < 0 || len(paths[1]) != len(paths[0]) {
		sc.t.Errorf("key %q: the path is %v, and %v for a plain key", key, paths[1], paths[0])
		return
	}
	if got, err := url.PathUnescape(paths[1][at]); err != nil || got != key || paths[1][at] == "." || paths[1][at] == ".." {
		sc.t.Errorf("key %q: the segment is %q", key, paths[1][at])
	}
}
