package ledger

import (
	"errors"
	"testing"
	"time"

	"usersync/sync/user"
)

// A confirmed deletion is remembered until the user is created again.
func TestDeletionsAreRemembered(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url, Scope: "another"})
		lock(t, other)
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "r1"}, Entry{ID: "b", State: user.Present}, Entry{ID: "c", State: user.Present})
		save(t, l, Entry{ID: "a", State: user.Absent, Deleted: true, Record: 7}, Entry{ID: "b", State: user.Absent},
			Entry{ID: "unknown", State: user.Absent, Deleted: true}, Entry{ID: "c", State: user.Absent, Deleted: true})
		save(t, l, Entry{ID: "c", State: user.Present})
		got, err := l.Identities().Deleted(t.Context(), []string{"a", "b", "c", "unknown", "nobody"})
		if a := got["a"]; err != nil || len(got) != 2 || a.Remote != "r1" || a.Run != "run-1" || a.Record != 7 || time.Since(a.At) > time.Hour || got["unknown"].Run != "run-1" {
			t.Error(got, err)
		}
		if got, err := l.Identities().AreDeleted(t.Context(), []string{"a", "b", "c", "nobody"}); err != nil || len(got) != 1 || !got["a"] {
			t.Error(got, err)
		}
		if got, err := other.Identities().Deleted(t.Context(), []string{"a"}); len(got) != 0 || err != nil {
			t.Error("found in another scope:", got, err)
		}
		save(t, l, Entry{ID: "a", State: user.Absent}) // found absent later: the deletion still explains it
		if got, err := l.Identities().Deleted(t.Context(), []string{"a"}); len(got) != 1 || err != nil {
			t.Error(got, err)
		}
	})
}

// A user who was held as present, and is no longer there, is remembered as deleted; a stranger
// is not, nor is a user who was perhaps never created.
func TestMissingUsersAreRemembered(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "held", State: user.Present}, Entry{ID: "pending", State: user.Pending}, Entry{ID: "back", State: user.Present})
		save(t, l, Entry{ID: "held", State: user.Absent, Missing: true}, Entry{ID: "pending", State: user.Absent, Missing: true},
			Entry{ID: "stranger", State: user.Absent, Missing: true}, Entry{ID: "back", State: user.Absent, Missing: true})
		save(t, l, Entry{ID: "back", State: user.Present})
		got, err := l.Identities().Deleted(t.Context(), []string{"held", "pending", "stranger", "back"})
		if len(got) != 1 || got["held"].Run != "run-1" || err != nil {
			t.Error(got, err)
		}
	})
}

// A deletion is remembered if a further row of the id finds no user, also within one checkpoint.
func TestDeletedTwiceInOneCheckpoint(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "r1"})
		save(t, l, Entry{ID: "a", State: user.Absent, Deleted: true, Record: 7}, Entry{ID: "a", State: user.Absent, Missing: true, Record: 8})
		got, err := l.Identities().Deleted(t.Context(), []string{"a"})
		if a := got["a"]; err != nil || len(got) != 1 || a.Remote != "r1" || a.Record != 7 {
			t.Error(got, err)
		}
	})
}

func TestDeletedAndCreatedInOneCheckpoint(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "r1"})
		save(t, l, Entry{ID: "a", State: user.Absent, Deleted: true}, Entry{ID: "a", State: user.Present}, Entry{ID: "n", State: user.Present}, Entry{ID: "n", State: user.Absent, Deleted: true})
		if got, err := l.Identities().Deleted(t.Context(), []string{"a", "n"}); len(got) != 1 || got["n"].Run == "" || err != nil {
			t.Error(got, err)
		}
		if k := find(t, l, "a")[0]; k.Remote != "" {
			t.Error("the key of a deleted user was kept:", k.Remote)
		}
	})
}

// Deletions expire, and are removed when their user is forgotten.
func TestDeletionsAreForgotten(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "old", State: user.Absent, Deleted: true}, Entry{ID: "erased", State: user.Absent, Deleted: true}, Entry{ID: "kept", State: user.Absent, Deleted: true})
		then := time.Now().Add(-DeletionsKept - time.Minute).UnixMilli()
		if _, err := l.entries.DB.Exec(t.Context(), l.entries.DB.Write, `UPDATE usersync_deleted SET at = ? WHERE id = 'old'`, then); err != nil {
			t.Fatal(err)
		}
		if got, err := l.Identities().Deleted(t.Context(), []string{"old"}); len(got) != 0 || err != nil {
			t.Error(got, err)
		}
		if err := l.Save(t.Context(), Checkpoint{Run: "run-1", State: RunFinished}, nil); err != nil {
			t.Fatal(err)
		}
		if err := l.Admin().Forget(t.Context(), "erased"); err != nil {
			t.Fatal(err)
		}
		if err := l.Admin().Forget(t.Context(), "erased"); !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
		var n int
		if err := l.entries.DB.Write.QueryRow(`SELECT count(*) FROM usersync_deleted`).Scan(&n); n != 1 || err != nil {
			t.Error(n, err)
		}
	})
}
