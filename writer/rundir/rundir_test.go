package rundir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

var night = time.Date(2026, 3, 14, 3, 4, 5, 999, time.FixedZone("CET", 3600))

func create(t *testing.T) *Dir {
	t.Helper()
	dir, err := Create(filepath.Join(t.TempDir(), "deep", "runs"), night)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	return dir
}

func TestCreateMakesAPrivateDirectory(t *testing.T) {
	dir := create(t)
	if !regexp.MustCompile(`^20260314T020405Z-[a-z2-7]{6}$`).MatchString(dir.ID()) {
		t.Errorf("ID = %q, want UTC time and six base32 characters", dir.ID())
	}
	for _, path := range []string{dir.Path(), filepath.Dir(dir.Path())} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o700 {
			t.Errorf("%s has mode %04o, want 0700", path, got)
		}
	}
}

func TestCreateGivesEveryRunItsOwnDirectory(t *testing.T) {
	runs, seen := t.TempDir(), map[string]bool{}
	for range 20 {
		dir, err := Create(runs, night)
		if err != nil {
			t.Fatal(err)
		}
		if seen[dir.ID()] {
			t.Fatalf("ID %s came twice", dir.ID())
		}
		seen[dir.ID()] = true
		if err := dir.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCreateRefusesAWorldWritableDirectory(t *testing.T) {
	runs := t.TempDir()
	if err := os.Chmod(runs, 0o777); err != nil {
		t.Fatal(err)
	}
	_, err := Create(runs, night)
	var unsafe *UnsafeError
	if !errors.As(err, &unsafe) {
		t.Fatalf("Create = %v, want an UnsafeError", err)
	}
	if !strings.Contains(err.Error(), runs) || !strings.Contains(unsafe.Hint(), "--runs-dir") {
		t.Errorf("error %q, hint %q: want the directory and the flag", err, unsafe.Hint())
	}
	if entries, err := os.ReadDir(runs); err != nil || len(entries) > 0 {
		t.Errorf("left behind %v (%v)", entries, err)
	}
}

func TestDirectoryOfAnotherUserIsUnsafe(t *testing.T) {
	info, err := os.Stat(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := checkOwner("runs", info, os.Geteuid()); err != nil {
		t.Errorf("our own: %v", err)
	}
	if err := checkOwner("runs", info, os.Geteuid()+1); err == nil || !strings.Contains(err.Error(), "belongs to user") {
		t.Errorf("of another user: %v", err)
	}
}

func TestCreateSaysWhatIsInTheWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, night); !errors.Is(err, syscall.ENOTDIR) || !strings.Contains(err.Error(), path) {
		t.Errorf("Create over a file = %v", err)
	}
}

func TestFileNames(t *testing.T) {
	dir := create(t)
	for _, name := range []string{"", ".", "..", "a/b", "../a", "/etc/passwd"} {
		if f, err := dir.File(name); err == nil || f != nil {
			t.Errorf("File(%q) = %v, %v; want an error", name, f, err)
		}
	}
	first, err := dir.File("results.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dir.File("results.csv"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second file of the same name while the first is open: %v", err)
	}
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	if _, err := dir.File("results.csv"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second file of the same name after Commit: %v", err)
	}
}

func TestFileFollowsNoLink(t *testing.T) {
	dir := create(t)
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.Symlink(outside, filepath.Join(dir.Path(), "results.csv.partial")); err != nil {
		t.Fatal(err)
	}
	if _, err := dir.File("results.csv"); err == nil {
		t.Error("a link stood at the name and was opened")
	}
	if _, err := os.Lstat(outside); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link's target was made: %v", err)
	}
}
