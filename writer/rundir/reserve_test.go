package rundir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReserveHoldsRoomUntilCommit(t *testing.T) {
	for _, text := range []string{"{}\n", strings.Repeat("x", 5000)} {
		dir := create(t)
		f, err := dir.Reserve("summary.json", 4096)
		if err != nil {
			t.Fatal(err)
		}
		partial := filepath.Join(dir.Path(), "summary.json.partial")
		if info, err := os.Stat(partial); err != nil || info.Size() != 4096 {
			t.Fatalf("the room is %v, %v", info, err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir.Path(), "summary.json"))
		if err != nil || string(got) != text {
			t.Errorf("%d bytes were written, and %d are there: %v", len(text), len(got), err)
		}
	}
}

func TestReserveUsesANameOnce(t *testing.T) {
	dir := create(t)
	f, err := dir.Reserve("summary.json", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := dir.Reserve("summary.json", 1); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
}

// What a full disk has no room for is not left there as blanks.
func TestReserveLeavesNothingWithoutRoom(t *testing.T) {
	dir := create(t)
	f := open(t, dir, "summary.json")
	if err := f.file.Close(); err != nil { // every write fails
		t.Fatal(err)
	}
	if _, err := f.reserved(4096); err == nil {
		t.Fatal("no error")
	}
	if _, err := os.Stat(filepath.Join(dir.Path(), "summary.json.partial")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is left: %v", err)
	}
}

func TestReserveAgainKeepsTheOldFileUntilCommit(t *testing.T) {
	dir := create(t)
	old := open(t, dir, "summary.json")
	write(t, old, "old")
	if err := old.Commit(); err != nil {
		t.Fatal(err)
	}
	f, err := dir.ReserveAgain("summary.json", 4096)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir.Path(), "summary.json")
	if info, err := os.Stat(path + ".partial"); err != nil || info.Size() != 4096 || contents(t, path) != "old" {
		t.Fatalf("the room is %v, %v", info, err)
	}
	write(t, f, "new")
	if err := f.Commit(); err != nil || contents(t, path) != "new" {
		t.Errorf("%q, %v", contents(t, path), err)
	}
}
