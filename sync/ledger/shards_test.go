package ledger

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"usersync/sync/filelock"
	"usersync/sync/ledger/internal/change"
	"usersync/sync/user"
)

// text returns what a run of another place has stored.
func text(t *testing.T, l *Ledger, run string) (string, bool) {
	t.Helper()
	var b bytes.Buffer
	_, kept, err := l.Stored().TakeOver(t.Context(), run, "journal", &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), kept
}

func write(t *testing.T, f *StoredFile, what string) {
	t.Helper()
	if _, err := f.Write([]byte(what)); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
}

// Another run reads what a run has stored, and the run can store no more from then on.
func TestStoredFileIsTakenOver(t *testing.T) {
	url := server.database(t)
	a, b := open(t, Options{URL: url}), open(t, Options{URL: url})
	held := lock(t, a)
	register(t, a, "run-1")
	f := a.Stored().File("journal")
	write(t, f, "one ")
	write(t, f, strings.Repeat("two ", 1<<19)) // in several pieces
	if err := f.Truncate(8); err != nil {
		t.Fatal(err)
	}
	write(t, f, "three")
	if _, err := a.entries.DB.Exec(t.Context(), a.entries.DB.Write, `UPDATE usersync_scope SET expires = 0`); err != nil {
		t.Fatal(err)
	}
	lock(t, b)
	if got, kept := text(t, b, "run-1"); got != "one two three" || !kept {
		t.Errorf("%q, %v", got, kept)
	}
	if _, kept := text(t, b, "run-0"); kept {
		t.Error("files of a run that does not exist")
	}
	if _, err := f.Write([]byte("four")); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); !errors.Is(err, ErrFenced) || !errors.Is(held.Check(), ErrFenced) {
		t.Error(err, held.Check())
	}
	if err := errors.Join(b.Runs().Absorb(t.Context(), Checkpoint{Run: "run-1"}, nil, "run-2"), b.Stored().Forget(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got, kept := text(t, b, "run-1"); got != "" || kept {
		t.Errorf("what an absorbed run has stored is still there: %q", got)
	}
}

var night = Job{Name: "night", Shards: 2, Identity: map[string]string{"the input": "a", "the mapping": "b"}}

// joined starts a run of two shards, and returns a process of each.
func joined(t *testing.T) (url string, first, second *Ledger) {
	t.Helper()
	url = server.database(t)
	first, second = open(t, Options{URL: url}), open(t, Options{URL: url})
	if j := join(t, first, 0); !j.Starts {
		t.Fatalf("the first process does not start the run: %+v", j)
	}
	register(t, first, "20260101T000000Z-aaaaaa")
	if err := first.Shards(night).Open(t.Context(), "20260101T000000Z-aaaaaa"); err != nil {
		t.Fatal(err)
	}
	for i, l := range []*Ledger{first, second} {
		if j := join(t, l, i); j.Run != "20260101T000000Z-aaaaaa" || j.Starts || j.Done {
			t.Fatalf("%+v", j)
		}
		register(t, l, ShardName("20260101T000000Z-aaaaaa", i))
	}
	return url, first, second
}

func join(t *testing.T, l *Ledger, index int) Joined {
	t.Helper()
	j, err := l.Join(t.Context(), night, index, 0)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// expire ends the leases on shards that are not renewed in the meantime.
func expire(t *testing.T, l *Ledger, where string) {
	t.Helper()
	if _, err := l.entries.DB.Exec(t.Context(), l.entries.DB.Write, `UPDATE usersync_shard SET expires = 1, grace = 0 WHERE `+where); err != nil {
		t.Fatal(err)
	}
}

// All shards hold the account together: one checkpoint does not fence another, and no other
// run comes in between, until the last of them ends.
func TestShardsHoldTheScopeTogether(t *testing.T) {
	url, first, second := joined(t)
	for i, l := range []*Ledger{first, second, first} {
		if err := l.Save(t.Context(), Checkpoint{Run: ShardName("20260101T000000Z-aaaaaa", i%2), Record: i + 1}, []Entry{{ID: "u", State: user.Present}}); err != nil {
			t.Fatal(err)
		}
	}
	other := open(t, Options{URL: url})
	held := func() bool {
		_, err := other.Lock(t.Context(), "other", 0)
		_, is := errors.AsType[*filelock.HeldError](err)
		if err != nil && !is {
			t.Fatal(err)
		}
		return is
	}
	if err := first.Held().Release(); err != nil {
		t.Fatal(err)
	}
	if !held() {
		t.Error("another run took the account although a shard holds it")
	}
	if err := second.Held().Release(); err != nil {
		t.Fatal(err)
	}
	if held() {
		t.Error("the account is still held after the last shard")
	}
}

// The checkpoints of many shards lock the account one after another. No shard loses its lease
// because it waits for them.
func TestRenewalsDoNotWaitForCheckpoints(t *testing.T) {
	const run = "20260101T000000Z-aaaaaa"
	url, job, all := server.database(t), night, make([]*Ledger, 8)
	for i := range all {
		all[i] = open(t, Options{URL: url, Term: 3 * time.Second})
	}
	job.Shards = len(all)
	if j, err := all[0].Join(t.Context(), job, 0, 0); err != nil || !j.Starts {
		t.Fatal(j, err)
	}
	register(t, all[0], run)
	if err := all[0].Shards(job).Open(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	for i, l := range all {
		if _, err := l.Join(t.Context(), job, i, 0); err != nil {
			t.Fatal(err)
		}
	}
	var working sync.WaitGroup
	for _, l := range all[1:] {
		working.Go(func() {
			if err := l.change(t.Context(), func(w change.Writer) error {
				_, err := w.Exec(`SELECT pg_sleep(0.6)`)
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	for i, l := range all {
		if err := l.Held().Check(); err != nil {
			t.Errorf("shard %d: %v", i, err)
		}
	}
}

// A machine that is lost in the midst of a checkpoint, so that no one closes its connection, does
// not keep the others out for long. An import is no machine that is lost: it reads slowly.
func TestSilentTransactionEnds(t *testing.T) {
	_, first, second := joined(t)
	in, out := make(chan struct{}), make(chan error, 1)
	ctx, wake := context.WithCancel(t.Context())
	imported := slowImport(ctx, t)
	go func() {
		out <- first.change(t.Context(), func(w change.Writer) error {
			close(in)
			<-ctx.Done()
			return nil
		})
	}()
	select {
	case <-in:
	case err := <-out:
		t.Fatal("the transaction did not begin:", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := second.Save(soon, Checkpoint{Run: ShardName("20260101T000000Z-aaaaaa", 1), Record: 1}, nil); err != nil {
		t.Error(err)
	}
	wake()
	if err := <-out; err == nil {
		t.Error("the transaction that was silent was committed")
	}
	if err := <-imported; err != nil {
		t.Error(err)
	}
}

// slowImport imports what ends when ctx does.
func slowImport(ctx context.Context, t *testing.T) <-chan error {
	t.Helper()
	l := open(t, Options{URL: server.database(t)})
	lock(t, l)
	var all bytes.Buffer
	if err := l.Admin().Export(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	reading, done := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := l.Admin().Import(t.Context(), io.MultiReader(&all, ending{ctx, sync.OnceFunc(func() { close(reading) })}))
		done <- err
	}()
	select {
	case <-reading:
	case err := <-done:
		t.Fatal("the import did not begin to read:", err)
	}
	return done
}

// ending is a pipe that ends when a context does.
type ending struct {
	context.Context
	begun func()
}

func (e ending) Read([]byte) (int, error) {
	e.begun()
	<-e.Done()
	return 0, io.EOF
}

// A shard has one holder: the one that lost it can write neither files nor checkpoints.
func TestShardHasOneHolder(t *testing.T) {
	url, first, _ := joined(t)
	write(t, first.Stored().File("journal"), "sent")
	next := open(t, Options{URL: url})
	if _, err := next.Join(t.Context(), night, 0, 0); !errors.As(err, new(*filelock.HeldError)) {
		t.Fatal("a second holder:", err)
	}
	expire(t, first, "run = (SELECT num FROM usersync_run WHERE name LIKE '%.0')")
	if j := join(t, next, 0); !j.Resumes {
		t.Errorf("%+v", j)
	}
	f := first.Stored().File("journal")
	f.Write([]byte("lost"))
	if err := f.Sync(); !errors.Is(err, ErrFenced) {
		t.Error("a fenced shard has stored something:", err)
	}
	if err := first.Save(t.Context(), Checkpoint{Run: ShardName("20260101T000000Z-aaaaaa", 0), Record: 1}, nil); !errors.Is(err, ErrFenced) {
		t.Error("a fenced shard has saved a checkpoint:", err)
	}
	if err := first.Held().Check(); !errors.Is(err, ErrFenced) {
		t.Error("a fenced shard may call the API:", err)
	}
	file, err := next.Shards(night).File(t.Context(), "20260101T000000Z-aaaaaa", 0, "journal")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(file); string(got) != "sent" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Exactly one process is the last: it merges, and all that come later have nothing to do.
func TestLastShardMerges(t *testing.T) {
	url, first, second := joined(t)
	for _, c := range []struct {
		l    *Ledger
		last bool
	}{{first, false}, {second, true}} {
		if err := c.l.Shards(night).Tell(t.Context(), "told"); err != nil {
			t.Fatal(err)
		}
		if last, err := c.l.Shards(night).Done(t.Context()); last != c.last || err != nil {
			t.Error(last, err)
		}
	}
	late := open(t, Options{URL: url})
	if j := join(t, late, 0); !j.Done || !j.Last || j.Merged {
		t.Errorf("%+v", j)
	}
	if j := join(t, second, night.Shards); j.Done || !j.Last {
		t.Errorf("%+v", j)
	}
	if told, err := second.Shards(night).Told(t.Context()); len(told) != 2 || err != nil {
		t.Error(told, err)
	}
	if _, err := late.Join(t.Context(), night, night.Shards, 0); !errors.As(err, new(*filelock.HeldError)) {
		t.Error("two processes merge:", err)
	}
	if err := second.Shards(night).Merged(t.Context(), "20260101T000000Z-aaaaaa"); err != nil {
		t.Fatal(err)
	}
	if j := join(t, late, 1); !j.Merged {
		t.Errorf("%+v", j)
	}
}

// A process with another input is refused.
func TestStrangersDoNotJoin(t *testing.T) {
	url, _, _ := joined(t)
	l := open(t, Options{URL: url})
	other := night
	other.Identity = map[string]string{"the input": "z", "the mapping": "b"}
	_, err := l.Join(t.Context(), other, 1, 0)
	if e, ok := errors.AsType[*JobError](err); !ok || len(e.What) != 1 || e.What[0] != "the input" {
		t.Error(err)
	}
}

// A run that another one has absorbed is over for its shards, those that are done and those that
// are not.
func TestShardsDoNotContinueAnAbsorbedRun(t *testing.T) {
	url, first, second := joined(t)
	if _, err := first.Shards(night).Done(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Ledger{first, second} {
		if err := l.Held().Release(); err != nil {
			t.Fatal(err)
		}
	}
	other := open(t, Options{URL: url})
	lock(t, other)
	register(t, other, "other")
	if err := errors.Join(other.Runs().Absorb(t.Context(), Checkpoint{Run: "20260101T000000Z-aaaaaa"}, nil, "other"), other.Held().Release()); err != nil {
		t.Fatal(err)
	}
	for i := range night.Shards + 1 {
		_, err := first.Join(t.Context(), night, i, 0)
		if over, ok := errors.AsType[*OverError](err); !ok || over.State != RunAbsorbed || over.By != "other" {
			t.Errorf("shard %d: %v", i, err)
		}
	}
}
