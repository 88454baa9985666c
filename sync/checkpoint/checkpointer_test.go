package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// output is a file of results that may fail.
type output struct {
	size, flushed, synced int64
	err                   error         // of Flush
	failed                error         // of Persist
	hold                  chan struct{} // Persist waits for it; nil is not
}

func (o *output) Size() int64 { return o.size }

func (o *output) Flush() error {
	if o.err == nil {
		o.flushed = o.size
	}
	return o.err
}

func (o *output) Persist() error {
	if o.hold != nil {
		<-o.hold
	}
	if o.failed == nil {
		o.synced = o.flushed
	}
	return o.failed
}

// scene is a run that makes checkpoints.
type scene struct {
	ledger           *ledger.Ledger
	path             string // of the journal
	results, rejects output
	*Checkpointer
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{path: filepath.Join(t.TempDir(), "journal")}
	var err error
	if s.ledger, err = ledger.Open(t.Context(), ledger.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "ledger.db"), Scope: "s"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ledger.Lock(t.Context(), "run-1", 0); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(f.Close(), s.ledger.Close()); err != nil {
			t.Error(err)
		}
	})
	j, err := journal.Create(f, journal.Header{Run: "run-1", Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	s.Checkpointer = New(Options{Run: "run-1", Ledger: s.ledger, Journal: j, Results: &s.results, Rejects: &s.rejects, Input: NewDigest(), Start: time.Now()})
	return s
}

// write writes outcomes of n users, all created.
func (s *scene) write(t *testing.T, n int) {
	t.Helper()
	for range n {
		i := s.Last() + 1
		s.results.size += 10
		r := &user.Record{Op: user.Upsert, Origin: user.Origin{Record: i, Raw: fmt.Sprintf("u%d", i)}, User: user.User{ID: fmt.Sprintf("u%d", i)}}
		if err := s.Write(&user.Outcome{Record: r, Status: user.Created, Action: user.Create}); err != nil {
			t.Fatal(err)
		}
	}
}

// checkpoints returns how far the run has come according to the ledger and the journal.
func (s *scene) checkpoints(t *testing.T) (ledger.Checkpoint, journal.Checkpoint) {
	t.Helper()
	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
	lm, _, err := s.ledger.LastCheckpoint(t.Context(), "run-1")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	past, err := journal.Read(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return lm, past.Checkpoint
}

// A checkpoint is made after so many users, and the last one at the end. Ledger and
// journal then say the same, and the files are durable up to that point.
func TestCheckpoints(t *testing.T) {
	s := newScene(t)
	s.lastAt = time.Now().Add(time.Hour) // so none is made for the time alone
	many := s.ledger.EntriesAtOnce()
	s.write(t, many-1)
	if lm, jm := s.checkpoints(t); lm.Record != 0 || jm.Record != 0 || s.Checkpointed() != 0 {
		t.Errorf("checkpoint at %d, %d and %d, want none", lm.Record, jm.Record, s.Checkpointed())
	}
	s.write(t, 1)
	s.lastAt = time.Now().Add(time.Hour)
	s.write(t, 7)
	for _, want := range []int{many, many + 7} {
		lm, jm := s.checkpoints(t)
		if lm.Record != want || jm.Record != want || s.Checkpointed() != want {
			t.Errorf("checkpoint at %d, %d and %d, want %d", lm.Record, jm.Record, s.Checkpointed(), want)
		}
		if fmt.Sprintf("%x", lm.SHA256) != jm.InputSHA256 || lm.Input != jm.InputBytes || lm.Sizes[resultsSize] != jm.Results {
			t.Errorf("ledger %+v, journal %+v", lm, jm)
		}
		if jm.Results != int64(10*want) || s.results.synced < jm.Results || jm.Outcomes[user.Created] != want {
			t.Errorf("%+v, %d bytes on the disk", jm, s.results.synced)
		}
		known, err := s.ledger.Lookup(t.Context(), []string{fmt.Sprintf("u%d", want), fmt.Sprintf("u%d", want+1)})
		if err != nil || known[0].State != user.Present || known[1].State != user.Absent {
			t.Errorf("the ledger is not where the checkpoint is: %+v, %v", known, err)
		}
		if err := s.Finish(nil, true, false); err != nil {
			t.Fatal(err)
		}
	}
	if s.Count(user.Created) != many+7 || s.Count(user.Failed) != 0 || s.HasRejects() {
		t.Errorf("%d created, %d failed, fed again %t", s.Count(user.Created), s.Count(user.Failed), s.HasRejects())
	}
}

// TestFirstDeletesAreNoted: a guard that counts the first deletes of a run continues where its
// journal ends.
func TestFirstDeletesAreNoted(t *testing.T) {
	s := newScene(t)
	s.noted.Deletes = user.FirstDeletes{Tried: 7, Absent: 7}
	s.lastAt = time.Now().Add(time.Hour)
	for i, o := range []user.Outcome{
		{Status: user.Deleted, Code: user.CodeAlreadyAbsent}, {Status: user.Deleted, Code: user.CodeAlreadyAbsent, Remembered: true},
		{Status: user.Deleted}, {Status: user.InDoubt, Code: user.CodeUnprovedAbsent}, {Status: user.Created},
	} {
		o.Record = &user.Record{Op: user.Delete, Origin: user.Origin{Record: i + 1}, User: user.User{ID: fmt.Sprint("u", i)}}
		if err := s.Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Finish(nil, true, false); err != nil {
		t.Fatal(err)
	}
	if _, m := s.checkpoints(t); m.Noted.Deletes != (user.FirstDeletes{Tried: 11, Absent: 9}) {
		t.Errorf("noted %+v", m.Noted.Deletes)
	}
}

// If the results cannot be synced, neither ledger nor journal records a checkpoint, and
// none is tried again.
func TestNoCheckpointWithoutResults(t *testing.T) {
	s := newScene(t)
	s.lastAt = time.Now().Add(time.Hour)
	s.write(t, 3)
	s.results.err = errors.New("no room")
	s.lastAt = time.Now().Add(-time.Hour)
	r := &user.Record{Origin: user.Origin{Record: 4}, User: user.User{ID: "u4"}}
	if err := s.Write(&user.Outcome{Record: r, Status: user.Created}); !errors.Is(err, s.results.err) {
		t.Errorf("%v", err)
	}
	s.results.err = nil
	if err := s.Finish(nil, true, false); err != nil {
		t.Error(err)
	}
	if lm, jm := s.checkpoints(t); lm.Record != 0 || jm.Record != 0 || s.Checkpointed() != 0 {
		t.Errorf("checkpoint at %d, %d and %d, want none", lm.Record, jm.Record, s.Checkpointed())
	}
}

// A run that another one has replaced makes no checkpoint.
func TestNoCheckpointWhenFenced(t *testing.T) {
	s := newScene(t)
	s.write(t, 1)
	s.write(t, 1)
	before, _ := s.checkpoints(t)
	if err := s.Finish(fmt.Errorf("run: %w", ledger.ErrFenced), false, false); err != nil {
		t.Error(err)
	}
	if after, _ := s.checkpoints(t); after.Record != before.Record {
		t.Errorf("checkpoint at %d, want it at %d", after.Record, before.Record)
	}
}

// Intents are recorded before a create that cannot be repeated, and cleared if it was not
// made.
func TestIntents(t *testing.T) {
	s := newScene(t)
	in := Intents{Run: "run-1", Ledger: s.ledger}
	records := []*user.Record{{Origin: user.Origin{Record: 1}, User: user.User{ID: "a"}}, {Origin: user.Origin{Record: 2}, User: user.User{ID: "b"}}}
	if err := in.RecordIntent(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(in.ClearIntent(t.Context(), records[:1]), in.ClearIntent(t.Context(), nil)); err != nil {
		t.Fatal(err)
	}
	known, err := s.ledger.Lookup(t.Context(), []string{"a", "b"})
	if err != nil || known[0].State != user.Absent || known[1].State != user.Pending {
		t.Errorf("%+v, %v", known, err)
	}
}

// The ledger learns how a run ends with its last checkpoint. While the journal alone
// knows of a user who was sent, the run stays open: who cannot read the journal must
// know that.
func TestLedgerLearnsHowARunEnds(t *testing.T) {
	stop := errors.New("stopped")
	for name, c := range map[string]struct {
		after    bool // calls have, or may have, delivered records after those written
		why      error
		finished bool
		want     ledger.RunState
	}{
		"finished":                {false, nil, true, ledger.RunFinished},
		"stopped":                 {false, stop, false, ledger.RunStopped},
		"stopped at the end":      {false, stop, true, ledger.RunStopped},
		"stopped with calls made": {true, stop, false, ledger.RunOpen},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			if _, err := s.ledger.Runs().Register(t.Context(), ledger.Run{Name: "run-1"}, 0); err != nil {
				t.Fatal(err)
			}
			s.write(t, 2)
			if err := s.Finish(c.why, c.finished, c.after); err != nil {
				t.Fatal(err)
			}
			runs, err := s.ledger.Runs().Find(t.Context(), "run-1")
			if err != nil || runs["run-1"].State != c.want {
				t.Errorf("%+v, %v", runs, err)
			}
		})
	}
}
