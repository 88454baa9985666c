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

func TestSecondRunIsToldWhoHolds(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, b := open(t, Options{URL: url}), open(t, Options{URL: url})
		lease := lock(t, a)
		began := time.Now()
		_, err := b.Lock(t.Context(), "run-2", 300*time.Millisecond)
		if held, ok := errors.AsType[*HeldError](err); !ok || held.Holder.Run != "run-1" || time.Since(began) < 300*time.Millisecond {
			t.Fatal(err)
		}
		if err := b.Mark(t.Context(), Mark{Run: "run-2"}, nil); !errors.Is(err, ErrUnlocked) {
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
	a, b := open(t, Options{URL: url, Term: 500 * time.Millisecond}), open(t, Options{URL: url})
	lease := lock(t, a)
	if _, err := b.Lock(t.Context(), "run-2", 1500*time.Millisecond); err == nil || !lease.Valid() {
		t.Error("the lease was not renewed:", err)
	}
}

// A run that cannot reach the database must know that its lease is over before
// another can take it.
func TestLeaseIsLostInTime(t *testing.T) {
	url := server.database(t)
	a, b := open(t, Options{URL: url, Term: time.Second}), open(t, Options{URL: url})
	lease := lock(t, a)
	if err := a.db.Write.Close(); err != nil { // no renewal gets through
		t.Fatal(err)
	}
	if _, err := b.Lock(t.Context(), "run-2", 20*time.Second); err != nil {
		t.Fatal(err)
	}
	select {
	case <-lease.Lost():
	default:
		t.Error("not told")
	}
	if lease.Valid() {
		t.Error("two hold the scope")
	}
	a.mu.Lock()
	a.lease = nil // it cannot be released
	a.mu.Unlock()
	lease.stop()
	<-lease.done
}

func TestTakenOverInSQLiteIsFencedToo(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "l.db")
	l := open(t, Options{URL: url})
	lease := lock(t, l)
	if _, err := l.db.Write.Exec(`UPDATE usersync_scope SET epoch = epoch + 1`); err != nil {
		t.Fatal(err)
	}
	if err := l.Mark(t.Context(), Mark{Run: "r"}, []Entry{{ID: "x", Standing: user.Present}}); !errors.Is(err, ErrFenced) || lease.Valid() {
		t.Error(err)
	}
	if k := look(t, l, "x")[0]; k.State != user.Absent {
		t.Error("written all the same")
	}
}
