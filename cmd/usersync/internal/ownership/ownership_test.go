package ownership

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// client is an API that makes keys of its own, or not.
type client struct {
	connect.Client
	ownKeys bool
}

func (c client) Traits() destination.Traits { return destination.Traits{OwnKeys: c.ownKeys} }

// discard takes outcomes and keeps none.
type discard struct{}

func (discard) Write(*user.Outcome) error { return nil }

// newRun returns a run to an API, with a ledger of its own, whose results say that rows led to the
// users of these keys.
func newRun(t *testing.T, ownKeys bool, keys ...string) Run {
	t.Helper()
	dir := t.TempDir()
	l, err := ledger.Open(t.Context(), ledger.Options{URL: "sqlite:" + filepath.Join(dir, "ledger.db"), Scope: "s"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if _, err := l.Lock(t.Context(), "test", 0); err != nil {
		t.Fatal(err)
	}
	spec := output.Spec{Output: config.Output{RunsDir: dir, ResultsFormat: "csv"}, Layout: reader.Layout{Format: "csv", Delimiter: ',', Header: []string{"id"}}, Progress: discard{}}
	f, err := output.Create(spec, time.Now(), func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	w := f.Writer(discard{})
	for i, key := range keys {
		r := user.Record{Origin: user.Origin{Record: i + 1, File: "users.csv"}}
		r.User.ID = "row-" + key
		if err := w.Write(&user.Outcome{Record: &r, Status: user.Refused, Code: user.CodeSameUser, Remote: key}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Finish(true, nil); err != nil {
		t.Fatal(err)
	}
	return Run{Setup: &preview.Setup{Config: &config.Config{}, Conn: &connect.Connection{Client: client{ownKeys: ownKeys}}}, Ledger: l, Files: f}
}

func (r Run) save(t *testing.T, run string, entries ...ledger.Entry) {
	t.Helper()
	if err := r.Ledger.Save(t.Context(), ledger.Checkpoint{Run: run, Record: 1}, entries); err != nil {
		t.Fatal(err)
	}
}

// Where the API makes no keys, no one owns any.
func TestNoKeys(t *testing.T) {
	owners, renames, err := newRun(t, false).Owners(t.Context())
	if owners != nil || renames != nil || err != nil {
		t.Error(owners, renames, err)
	}
}

// What earlier parts of the run have settled counts, and so does what the ledger holds.
func TestKeysOfEarlierParts(t *testing.T) {
	r := newRun(t, true)
	r.save(t, "run-1", ledger.Entry{ID: "held", State: user.Present, Remote: "k-held"})
	r.Keys = output.KeysMet{Known: []user.Settled{{ID: "met", Remote: "k-met", Status: user.Created, Record: 3}}, Disputed: []string{"k-disputed"}}
	owners, _, err := r.Owners(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asks := &user.Record{Origin: user.Origin{Record: 9}}
	asks.User.ID = "asks"
	for remote, want := range map[string]bool{"k-met": false, "k-held": false, "k-free": true} {
		if mine, err := owners.Claim(t.Context(), remote, asks); mine != want || err != nil {
			t.Errorf("%s: %v, %v", remote, mine, err)
		}
	}
	if !owners.IsDisputed("k-disputed") || owners.IsDisputed("k-met") {
		t.Error("disputes of an earlier part are lost")
	}
}

// A user was sent by this run, in whatever shard, and only if the API has the user.
func TestSent(t *testing.T) {
	r := newRun(t, true)
	r.save(t, ledger.ShardName(r.Files.Run(), 2), ledger.Entry{ID: "of a shard", State: user.Present})
	r.save(t, r.Files.Run(), ledger.Entry{ID: "ours", State: user.Present}, ledger.Entry{ID: "pending", State: user.Pending})
	r.save(t, "another", ledger.Entry{ID: "another's", State: user.Present})
	for id, want := range map[string]bool{"ours": true, "of a shard": true, "pending": false, "another's": false, "unknown": false} {
		if got, err := r.sent(t.Context(), id); got != want || err != nil {
			t.Errorf("%s: %v, %v", id, got, err)
		}
	}
}

// users notes who is looked up.
type users struct{ ids []string }

func (*users) Max(context.Context) (int64, error) { return 0, nil }

func (u *users) Lookup(_ context.Context, ids []string) ([]user.LedgerEntry, error) {
	u.ids = append(u.ids, ids...)
	return make([]user.LedgerEntry, len(ids)), nil
}

// A mirror that is continued does not delete a user if rows of the part before have led to that
// user: rows in its results, and rows that only its journal has, however many they are.
func TestLedBefore(t *testing.T) {
	var keys []string
	var entries []ledger.Entry
	for i := range keysAtOnce + 1 {
		keys = append(keys, "k-"+strconv.Itoa(i))
		entries = append(entries, ledger.Entry{ID: "u-" + strconv.Itoa(i), State: user.Present, Remote: keys[i]})
	}
	r := newRun(t, true, keys...)
	r.save(t, "run-1", append(entries, ledger.Entry{ID: "u-journal", State: user.Present, Remote: "k-journal"})...)
	r.Keys.Same = []string{"k-journal", "k-unknown"}
	for written, want := range map[int]int{0: 1, len(keys): len(keys) + 1} {
		led := new(users)
		p, err := mirror.NewPresence(t.Context(), led)
		if err != nil {
			t.Fatal(err)
		}
		r.Presence, r.Written = p, written
		if _, _, err := r.Owners(t.Context()); err != nil || len(led.ids) != want {
			t.Errorf("%d written: led to %d users, want %d; %v", written, len(led.ids), want, err)
		}
	}
}
