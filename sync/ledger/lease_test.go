package ledger

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"usersync/sync/user"
)

func freeze(t *testing.T, p *process) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}

func wake(t *testing.T, p *process) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if _, err := p.in.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
}

func TestSecondRunLearnsWhoHoldsTheLease(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, b := open(t, Options{URL: url}), open(t, Options{URL: url})
		lease := lock(t, a)
		began := time.Now()
		_, err := b.Lock(t.Context(), "run-2", 300*time.Millisecond)
		if held, ok := errors.AsType[*HeldError](err); !ok || held.Holder.Run != "run-1" || time.Since(began) < 300*time.Millisecond {
			t.Fatal(err)
		}
		if err := b.Save(t.Context(), Checkpoint{Run: "run-2"}, nil); !errors.Is(err, ErrUnlocked) {
			t.Error(err)
		}
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-lease.Lost():
		default:
			t.Error("a released lease is not lost")
		}
		if _, err := b.Lock(t.Context(), "run-2", 0); err != nil {
			t.Error(err)
		}
	})
}

func TestLeaseOutlastsItsTerm(t *testing.T) {
	url := server.database(t)
	a, b := open(t, Options{URL: url, Term: 2 * time.Second}), open(t, Options{URL: url})
	lease := lock(t, a)
	if _, err := b.Lock(t.Context(), "run-2", 5*time.Second); err == nil || lease.Check() != nil {
		t.Error("the lease was not renewed:", err)
	}
}

// A run that cannot reach the database must know that its lease is over before
// another can take it.
func TestLeaseIsLostInTime(t *testing.T) {
	url := server.database(t)
	a, b := open(t, Options{URL: url, Term: time.Second}), open(t, Options{URL: url})
	lease := lock(t, a)
	if err := a.entries.DB.Write.Close(); err != nil { // no renewal gets through
		t.Fatal(err)
	}
	if _, err := b.Lock(t.Context(), "run-2", 20*time.Second); err != nil {
		t.Fatal(err)
	}
	select {
	case <-lease.Lost():
	default:
		t.Error("the run was not told")
	}
	if lease.Check() == nil {
		t.Error("two runs hold the scope")
	}
	if err := lease.Release(); err != nil { // it has ended by itself
		t.Error(err)
	}
}

func TestSQLiteIsFencedToo(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "l.entries.DB")
	l := open(t, Options{URL: url})
	lease := lock(t, l)
	if _, err := l.entries.DB.Write.Exec(`UPDATE usersync_scope SET epoch = epoch + 1`); err != nil {
		t.Fatal(err)
	}
	if err := l.Save(t.Context(), Checkpoint{Run: "r"}, []Entry{{ID: "x", State: user.Present}}); !errors.Is(err, ErrFenced) || lease.Check() == nil {
		t.Error(err)
	}
	if k := find(t, l, "x")[0]; k.State != user.Absent {
		t.Error("it was written anyway")
	}
}

// A run that starts after another was killed waits until the lease expires and the killed
// run's calls have timed out. It is told which run it waits for.
func TestDeadHolderIsWaitedFor(t *testing.T) {
	url := server.database(t)
	p := startChild(t, "sleep", url, time.Second) // its calls take up to a second
	if got := p.line(t); got != "locked" {
		t.Fatal(got)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	p.Wait()
	told := 0
	l := open(t, Options{URL: url, Scope: "s", Waiting: func(h Holder) {
		if told++; h.Run != "child" {
			t.Error(h)
		}
	}})
	if _, err := l.Lock(t.Context(), "parent", 0); err != nil { // waits in spite of the 0
		t.Fatal(err)
	}
	// The lease was renewed at most a tenth of its term before.
	if waited := time.Since(killed); waited < 1900*time.Millisecond || told != 1 {
		t.Error("taken over", waited, "after the kill; told", told, "times")
	}
}

// A released lease is free at once, whatever the timeout of its holder.
func TestReleasedLeaseIsFree(t *testing.T) {
	url := server.database(t)
	a := open(t, Options{URL: url, Timeout: time.Hour})
	if err := lock(t, a).Release(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	lock(t, open(t, Options{URL: url}))
	if waited := time.Since(began); waited > 10*time.Second {
		t.Error(waited)
	}
}

// A write ends soon after the lease if the database does not answer.
func TestWriteEndsWithTheLease(t *testing.T) {
	url := server.database(t)
	l, other := open(t, Options{URL: url, Term: time.Second}), open(t, Options{URL: url})
	lock(t, l)
	tx, err := other.entries.DB.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec(`UPDATE usersync_scope SET next = next`); err != nil { // neither renewals nor writes get through
		t.Fatal(err)
	}
	began := time.Now()
	err = l.Save(t.Context(), Checkpoint{Run: "run-1", Record: 1}, []Entry{{ID: "x", State: user.Present}})
	if waited := time.Since(began); !errors.Is(err, ErrLost) || waited > 10*time.Second {
		t.Error(err, waited)
	}
}
