package ledger

import (
	"errors"
	"testing"
	"time"

	"usersync/sync/user"
)

// A deletion that was seen is remembered until the user is made again.
func TestDeletionsAreRemembered(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url, Scope: "another"})
		lock(t, other)
		lock(t, l)
		mark(t, l, Entry{ID: "a", Standing: user.Present, Remote: "r1"}, Entry{ID: "b", Standing: user.Present}, Entry{ID: "c", Standing: user.Present})
		mark(t, l, Entry{ID: "a", Standing: user.Absent, Deleted: true, Record: 7}, Entry{ID: "b", Standing: user.Absent},
			Entry{ID: "unknown", Standing: user.Absent, Deleted: true}, Entry{ID: "c", Standing: user.Absent, Deleted: true})
		mark(t, l, Entry{ID: "c", Standing: user.Present})
		got, err := l.Identities().Deleted(t.Context(), []string{"a", "b", "c", "unknown", "nobody"})
		if a := got["a"]; err != nil || len(got) != 2 || a.Remote != "r1" || a.Run != "run-1" || a.Record != 7 || time.Since(a.At) > time.Hour || got["unknown"].Run != "run-1" {
			t.Error(got, err)
		}
		if got, err := other.Identities().Deleted(t.Context(), []string{"a"}); len(got) != 0 || err != nil {
			t.Error("of another scope:", got, err)
		}
		mark(t, l, Entry{ID: "a", Standing: user.Absent}) // found absent later: the deletion still explains it
		if got, err := l.Identities().Deleted(t.Context(), []string{"a"}); len(got) != 1 || err != nil {
			t.Error(got, err)
		}
	})
}

func TestDeletedAndMadeAgainAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		mark(t, l, Entry{ID: "a", Standing: user.Present, Remote: "r1"})
		mark(t, l, Entry{ID: "a", Standing: user.Absent, Deleted: true}, Entry{ID: "a", Standing: user.Present}, Entry{ID: "n", Standing: user.Present}, Entry{ID: "n", Standing: user.Absent, Deleted: true})
		if got, err := l.Identities().Deleted(t.Context(), []string{"a", "n"}); len(got) != 1 || got["n"].Run == "" || err != nil {
			t.Error(got, err)
		}
		if k := look(t, l, "a")[0]; k.Remote != "" {
			t.Error("a deleted user's key came back:", k.Remote)
		}
	})
}

// Deletions expire, and a forgotten user leaves none.
func TestDeletionsAreForgotten(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		mark(t, l, Entry{ID: "old", Standing: user.Absent, Deleted: true}, Entry{ID: "erased", Standing: user.Absent, Deleted: true}, Entry{ID: "kept", Standing: user.Absent, Deleted: true})
		then := time.Now().Add(-DeletionsKept - time.Minute).UnixMilli()
		if _, err := l.db.Exec(t.Context(), l.db.Write, `UPDATE usersync_deleted SET at = ? WHERE id = 'old'`, then); err != nil {
			t.Fatal(err)
		}
		if got, err := l.Identities().Deleted(t.Context(), []string{"old"}); len(got) != 0 || err != nil {
			t.Error(got, err)
		}
		if err := l.Mark(t.Context(), Mark{Run: "run-1", State: StateFinished}, nil); err != nil {
			t.Fatal(err)
		}
		if err := l.Admin().Forget(t.Context(), "erased"); err != nil {
			t.Fatal(err)
		}
		if err := l.Admin().Forget(t.Context(), "erased"); !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
		var n int
		if err := l.db.Write.QueryRow(`SELECT count(*) FROM usersync_deleted`).Scan(&n); n != 1 || err != nil {
			t.Error(n, err)
		}
	})
}
