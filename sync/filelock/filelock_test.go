package filelock_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"usersync/sync/filelock"
)

func TestTake(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scope.lock")
	f, err := filelock.Take(t.Context(), path, "one", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = filelock.Take(t.Context(), path, "two", 0)
	if held, ok := errors.AsType[*filelock.HeldError](err); !ok || held.Holder.Run != "one" || !strings.HasPrefix(err.Error(), path+": another run holds") {
		t.Error(err)
	}
	if err := f.Release(); err != nil {
		t.Fatal(err)
	}
	if f, err = filelock.Take(t.Context(), path, "two", 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Release(); err != nil {
		t.Error(err)
	}
}
