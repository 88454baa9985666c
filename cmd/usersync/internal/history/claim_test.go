package history

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"usersync/writer/rundir"
)

// A run belongs to one process at a time. Asking whether it is claimed does not get in
// the way of claiming it.
func TestClaim(t *testing.T) {
	path := filepath.Join(t.TempDir(), rundir.JournalName)
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	asks := open()
	defer asks.Close()
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for again := true; again; {
			isClaimed(asks)
			select {
			case <-stop:
				again = false
			default:
			}
		}
	})
	for range 100 {
		mine := open()
		if err := claim(mine); err != nil {
			t.Fatal(err)
		}
		if err := mine.Close(); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	group.Wait()
	mine, other := open(), open()
	defer other.Close()
	if err := claim(mine); err != nil || !isClaimed(other) {
		t.Error(err, isClaimed(other))
	}
	if err := claim(other); !errors.Is(err, ErrRunning) {
		t.Error(err)
	}
	if err := mine.Close(); err != nil || isClaimed(other) {
		t.Error(err, isClaimed(other))
	}
}
