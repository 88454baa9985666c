package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

func read(b []byte) (*History, error) { return Read(bytes.NewReader(b), int64(len(b))) }

func batch(first, n int) user.Batch {
	b := user.Batch{Number: first, Op: user.Create}
	for i := range n {
		b.Records = append(b.Records, &user.Record{Origin: user.Origin{Record: first + i}, User: user.User{ID: fmt.Sprintf("CUST-%010d", first+i)}})
	}
	return b
}

func settled(b user.Batch) []user.Outcome {
	var all []user.Outcome
	for _, r := range b.Records {
		all = append(all, user.Outcome{Record: r, Status: user.Created, Action: user.Create, HTTP: 201, Attempts: 1,
			RequestID: "0f8fad5b-d9cb-469f-a165-70867728950e", Took: 187e6, At: night})
	}
	return all
}

func TestAnotherFormatIsRefused(t *testing.T) {
	d := &disk{}
	j := &Journal{file: d}
	if err := j.writeFact(kindHeader, Header{Format: 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := read(d.Bytes()); !errors.As(err, new(*FormatError)) || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("Read = %v", err)
	}
}

func TestWhatMustNotBeWritten(t *testing.T) {
	unknown := settled(batch(1, 1))
	unknown[0].Action = "merge"
	odd := settled(batch(1, 1))
	odd[0].Status = "odd"
	far := batch(MaxUncheckpointed+1, 1)
	for _, c := range []struct {
		name string
		do   func(*Journal) error
		want string
	}{
		{"an unknown action", func(j *Journal) error { return j.Settled(unknown) }, "merge"},
		{"an unknown status", func(j *Journal) error { return j.Settled(odd) }, "odd"},
		{"an unknown op", func(j *Journal) error { return j.Sent(user.Batch{Op: "merge"}) }, "merge"},
		{"a record too far ahead", func(j *Journal) error { return j.Sent(far) }, "65537"},
		{"an outcome too far ahead", func(j *Journal) error { return j.Settled(settled(far)) }, "65537"},
		{"a checkpoint that moves back", func(j *Journal) error {
			return errors.Join(j.Checkpoint(Checkpoint{Record: 5}), j.Checkpoint(Checkpoint{Record: 4}))
		}, "after one at 5"},
		{"more after the end", func(j *Journal) error { return errors.Join(j.Finish(End{State: Finished}), j.Sent(batch(1, 1))) }, "ended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, header)
			if err := c.do(s.j); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want an error with %q", err, c.want)
			}
			if err := s.j.Settled(settled(batch(1, 1))); err == nil {
				t.Error("the error was forgotten")
			}
			if past, err := read(s.d.Bytes()); err != nil || len(past.Sent)+len(past.Settled) > 0 || past.Torn > 0 {
				t.Errorf("what is there cannot be read: %+v, %v", past, err)
			}
		})
	}
}

func TestARunThatIsOverIsNotContinued(t *testing.T) {
	for _, state := range []State{Finished, Absorbed} {
		s := begin(t, header)
		if err := s.j.Finish(End{At: night, State: state, By: "other"}); err != nil {
			t.Fatal(err)
		}
		past, err := read(s.d.Bytes())
		if err != nil || !past.Over() || past.End.State != state {
			t.Fatalf("%+v, %v", past, err)
		}
		if _, err := Continue(&s.d, past, Resumed{}); !errors.Is(err, ErrEnded) {
			t.Errorf("Continue after %s = %v", state, err)
		}
	}
	if _, err := Continue(&disk{}, &History{}, Resumed{}); err == nil {
		t.Error("a journal without a header was continued")
	}
}

func TestTwoOutcomesOfARecordAreDamage(t *testing.T) {
	s := begin(t, header)
	one := settled(batch(7, 1))
	if err := errors.Join(s.j.Settled(one), s.j.Settled(one)); err != nil {
		t.Fatal(err)
	}
	if past, err := read(s.d.Bytes()); err != nil || len(past.Settled) != 1 {
		t.Fatalf("the same twice: %+v, %v", past, err)
	}
	one[0].Status = user.Failed
	if err := s.j.Settled(one); err != nil {
		t.Fatal(err)
	}
	if _, err := read(s.d.Bytes()); err == nil || !strings.Contains(err.Error(), "record 7 has two outcomes") {
		t.Errorf("Read = %v", err)
	}
}

func TestTheLedgersLaterMarkCounts(t *testing.T) {
	s := begin(t, header)
	if err := errors.Join(s.j.Sent(batch(1, 10)), s.j.Settled(settled(batch(1, 5)))); err != nil {
		t.Fatal(err)
	}
	past, err := read(s.d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	past.Advance(Checkpoint{Record: 4})
	past.Advance(Checkpoint{Record: 2})
	if len(past.Settled) != 1 || len(past.Sent) != 5 || past.Checkpoint.Record != 4 {
		t.Errorf("%+v", past)
	}
	o, ours := past.Settled[0].For(batch(5, 1).Records[0])
	if diff := cmp.Diff(settled(batch(5, 1))[0], o); diff != "" || !ours {
		t.Errorf("(-written +told):\n%s", diff)
	}
	if _, ours := past.Settled[0].For(&user.Record{Origin: user.Origin{Record: 5}}); ours {
		t.Error("the outcome was given to a record with another id")
	}
}

// The header is synced first, and what may not be sent twice before it is sent.
func TestUnsafeOpsAreSynced(t *testing.T) {
	h := header
	h.Unsafe = []user.Op{user.Create}
	s := begin(t, h)
	update := batch(2, 1)
	update.Op = user.Update
	for _, c := range []struct {
		do    error
		syncs int
	}{{nil, 1}, {s.j.Sent(batch(1, 1)), 2}, {s.j.Settled(settled(batch(1, 1))), 3}, {s.j.Sent(update), 3}, {s.j.Checkpoint(Checkpoint{Record: 1}), 4}} {
		if c.do != nil {
			t.Fatal(c.do)
		}
	}
	if s.d.syncs != 4 || s.d.synced != s.d.Len() {
		t.Errorf("%d syncs, %d of %d bytes on the disk", s.d.syncs, s.d.synced, s.d.Len())
	}
}

// In a synced journal every frame is synced, whatever the op.
func TestSyncedJournals(t *testing.T) {
	h := header
	h.Synced = true
	s := begin(t, h)
	update := batch(1, 1)
	update.Op = user.Update
	for n, do := range []func() error{func() error { return s.j.Sent(update) }, func() error { return s.j.Settled(settled(update)) }} {
		if err := do(); err != nil || s.d.syncs != n+2 || s.d.synced != s.d.Len() {
			t.Errorf("%v; %d syncs, %d of %d bytes on the disk", err, s.d.syncs, s.d.synced, s.d.Len())
		}
	}
}

func TestWorkersWriteAtOnce(t *testing.T) {
	file, err := os.OpenFile(filepath.Join(t.TempDir(), "journal"), os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	h := header
	h.Unsafe = []user.Op{user.Create}
	j, err := Create(file, h)
	if err != nil {
		t.Fatal(err)
	}
	const workers, batches = 16, 20
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range batches {
				b := batch(1+100*(w*batches+i), 100)
				if err := errors.Join(j.Sent(b), j.Settled(settled(b)[:90])); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	past, err := Read(file, j.Size())
	if err != nil || len(past.Settled) != workers*batches*90 || len(past.Sent) != workers*batches*10 || past.Torn != 0 {
		t.Fatalf("%d settled, %d sent, %d torn: %v", len(past.Settled), len(past.Sent), past.Torn, err)
	}
}

func TestAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	if _, err := Create(full, header); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Create = %v", err)
	}
}

// wantSent checks which records a resume takes for sent.
func wantSent(t *testing.T, s *story, want ...int) {
	t.Helper()
	past, err := read(s.d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var sent []int
	for _, r := range past.Sent {
		sent = append(sent, r.Record)
	}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent, as far as we know: want -, got +:\n%s", diff)
	}
}

// A user recorded before a create and not sent after all is not in doubt, unless a
// later frame says so; records of other ops stay.
func TestUnsentTakesANoteBack(t *testing.T) {
	s := begin(t, header)
	update := batch(4, 1)
	update.Op = user.Update
	for _, err := range []error{
		s.j.Sent(batch(1, 3)), s.j.Sent(update), s.j.Unsent(batch(2, 3).Records), s.j.Sent(batch(3, 1)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	wantSent(t, s, 1, 3, 4)
}

// A user that no call can have delivered was not sent, whatever the op; a
// later frame may say that he was.
func TestUntakenTakesEveryNoteBack(t *testing.T) {
	s := begin(t, header)
	update, hashed := batch(4, 2), batch(6, 2)
	update.Op, hashed.Op = user.Update, user.Delete
	for _, r := range hashed.Records {
		r.Hash = 7
	}
	for _, err := range []error{
		s.j.Sent(batch(1, 3)), s.j.Sent(update), s.j.Sent(hashed),
		s.j.Untaken(batch(1, 2).Records), s.j.Untaken(update.Records), s.j.Untaken(hashed.Records[:1]), s.j.Sent(batch(2, 1)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	wantSent(t, s, 2, 3, 7)
}

func TestInherits(t *testing.T) {
	s := begin(t, header)
	if err := s.j.Sent(batch(1, 3)); err != nil {
		t.Fatal(err)
	}
	if s.j.Inherits(0) {
		t.Error("the first part of a run inherits something")
	}
	past, err := read(s.d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	j, err := Continue(&s.d, past, Resumed{})
	if err != nil || !j.Inherits(2) || j.Inherits(3) {
		t.Errorf("%v: inherits %t after record 2, %t after record 3", err, j.Inherits(2), j.Inherits(3))
	}
}
