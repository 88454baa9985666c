package rundir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func reopen(t *testing.T, d *Dir) *Dir {
	t.Helper()
	again, err := Open(filepath.Dir(d.Path()), d.ID())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	return again
}

func TestOpenFindsWhatCreateMade(t *testing.T) {
	d := create(t)
	again := reopen(t, d)
	if again.ID() != d.ID() || again.Path() != d.Path() {
		t.Errorf("ID %s, path %s; want %s, %s", again.ID(), again.Path(), d.ID(), d.Path())
	}
}

func TestOpenRefuses(t *testing.T) {
	d := create(t)
	runs := filepath.Dir(d.Path())
	outside := t.TempDir()
	if err := errors.Join(os.Symlink(outside, filepath.Join(runs, "link")), os.WriteFile(filepath.Join(runs, "file"), nil, 0o600),
		os.Mkdir(filepath.Join(runs, "open"), 0o700), os.Chmod(filepath.Join(runs, "open"), 0o777)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"20260101T000000Z-aaaaaa": fs.ErrNotExist, "link": syscall.ENOTDIR, "file": syscall.ENOTDIR, "open": nil,
		"..": nil, ".": nil, "": nil, "a/b": nil, outside: nil,
	} {
		dir, err := Open(runs, name)
		if err == nil || dir != nil || want != nil && !errors.Is(err, want) {
			t.Errorf("Open(%q) = %v, %v; want %v", name, dir, err, want)
		}
		if name == "open" && !errors.As(err, new(*UnsafeError)) {
			t.Errorf("Open of a directory for everybody = %v", err)
		}
	}
	missing := filepath.Join(outside, "none")
	if _, err := Open(missing, d.ID()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open below a directory that is not there = %v", err)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Error("Open made the directory")
	}
	if err := os.Chmod(runs, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(runs, d.ID()); !errors.As(err, new(*UnsafeError)) {
		t.Errorf("Open below a directory for everybody = %v", err)
	}
}

// Wherever the file was truncated, and wherever the checkpoint is: what comes before it is kept, and what
// is missing is reported.
func TestResumeAtEveryByte(t *testing.T) {
	const whole = "one\ntwo\nthree\n"
	d := reopen(t, create(t))
	path := filepath.Join(d.Path(), "results.csv.partial")
	for there := range len(whole) + 1 {
		for size := range len(whole) + 1 {
			if err := os.WriteFile(path, []byte(whole[:there]), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := d.Resume("results.csv", int64(size))
			if there < size {
				if !errors.As(err, new(*ShortError)) || contents(t, path) != whole[:there] {
					t.Fatalf("%d of %d bytes: %v, %q left", there, size, err, contents(t, path))
				}
				continue
			}
			if err != nil || f.Size() != int64(size) {
				t.Fatalf("cut from %d to %d: %v", there, size, err)
			}
			write(t, f, "more\n")
			if err := f.Close(); err != nil || contents(t, path) != whole[:size]+"more\n" || f.Size() != int64(size+5) {
				t.Fatalf("cut from %d to %d: %v, size %d, %q", there, size, err, f.Size(), contents(t, path))
			}
		}
	}
}

func TestResumedFileIsCommitted(t *testing.T) {
	d := reopen(t, create(t))
	f := open(t, d, "results.csv")
	write(t, f, "one\n")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	again, err := d.Resume("results.csv", 4) // killed between two renames
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), "results.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the name is still taken: %v", err)
	}
	write(t, again, "two\n")
	if err := again.Commit(); err != nil || contents(t, again.Path()) != "one\ntwo\n" {
		t.Errorf("Commit = %v, %q", err, contents(t, again.Path()))
	}
}

func TestResumeRefuses(t *testing.T) {
	d := create(t)
	at := func(name string) string { return filepath.Join(d.Path(), name) }
	outside := filepath.Join(t.TempDir(), "outside")
	if err := errors.Join(
		os.WriteFile(outside, []byte("theirs"), 0o600), os.Symlink(outside, at("link.partial")), os.Symlink("both", at("inner.partial")),
		os.WriteFile(at("both"), []byte("a"), 0o600), os.WriteFile(at("both.partial"), []byte("b"), 0o600),
		os.Mkdir(at("dir.partial"), 0o700), syscall.Mkfifo(at("pipe.partial"), 0o600),
		os.WriteFile(at("open.partial"), nil, 0o600), os.Chmod(at("open.partial"), 0o666),
	); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"none", "link", "inner", "both", "dir", "pipe", "open", "..", "a/b", ""} {
		if f, err := d.Resume(name, 0); err == nil || f != nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Resume(%q) = %v, %v; want an error with the name", name, f, err)
		}
	}
	if f, err := d.Resume("both.x", -1); err == nil || f != nil {
		t.Error("a negative size is no error")
	}
	if contents(t, outside) != "theirs" || contents(t, at("both")) != "a" || contents(t, at("both.partial")) != "b" {
		t.Error("what was refused was changed")
	}
}

func TestAppendContinuesAtTheEnd(t *testing.T) {
	d := create(t)
	for i, want := range []string{"a", "aa", "aaa"} {
		f, err := d.Append("journal")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("a"); err != nil || contents(t, filepath.Join(d.Path(), "journal")) != want {
			t.Errorf("%d: %v", i, err)
		}
		b, err := io.ReadAll(io.NewSectionReader(f, 0, 9))
		if err := errors.Join(err, f.Truncate(int64(i+1)), f.Close()); err != nil || string(b) != want {
			t.Errorf("%d: read %q, %v", i, b, err)
		}
	}
	if info, err := os.Stat(filepath.Join(d.Path(), "journal")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
	if err := os.Symlink("journal", filepath.Join(d.Path(), "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link", ".", "../x"} {
		if _, err := d.Append(name); err == nil {
			t.Errorf("Append(%q) is no error", name)
		}
	}
}

func TestReadOpensUnfinishedFiles(t *testing.T) {
	d := create(t)
	f := open(t, d, "results.csv")
	write(t, f, "one")
	for _, step := range []func() error{f.Sync, f.Commit} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		r, err := d.Read("results.csv")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || string(b) != "one" {
			t.Errorf("%q, %v", b, err)
		}
	}
	if _, err := d.Read("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read of none = %v", err)
	}
}

func TestReplaceInTheRunDirectory(t *testing.T) {
	d := create(t)
	for _, text := range []string{"first", "second"} {
		if err := os.WriteFile(filepath.Join(d.Path(), "summary.json.partial"), []byte("killed"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := d.Replace("summary.json")
		if err != nil {
			t.Fatal(err)
		}
		write(t, f, text)
		if err := f.Commit(); err != nil || contents(t, filepath.Join(d.Path(), "summary.json")) != text {
			t.Errorf("Commit = %v, %q", err, contents(t, f.Path()))
		}
	}
	if _, err := d.Replace("../x"); err == nil {
		t.Error("a name outside is no error")
	}
}

func TestRunsListsTheNewestFirst(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	if list, err := Runs(runs); err != nil || list != nil {
		t.Errorf("before the first run: %v, %v", list, err)
	}
	var want []RunInfo
	for i, files := range [][]string{
		{}, {"journal", "results.csv.partial"}, {"journal", "results.csv.partial", "summary.json"}, {"journal", "results.csv", "summary.json"},
	} {
		dir, err := Create(runs, night.Add(time.Duration(i)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if err := os.WriteFile(filepath.Join(dir.Path(), name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, RunInfo{ID: dir.ID(), Started: night.Add(time.Duration(i) * time.Hour).UTC().Truncate(time.Second),
			Finished: i == 3, Journal: i > 0})
		if err := dir.Close(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Reverse(want)
	if err := errors.Join(os.WriteFile(filepath.Join(runs, "ledger.db"), nil, 0o600), os.Mkdir(filepath.Join(runs, "other"), 0o700),
		os.Mkdir(filepath.Join(runs, "20269999T000000Z-aaaaaa"), 0o700), os.Symlink("other", filepath.Join(runs, "20260314T000000Z-aaaaaa"))); err != nil {
		t.Fatal(err)
	}
	list, err := Runs(runs)
	if err != nil || !slices.Equal(list, want) {
		t.Errorf("Runs = %+v, %v\nwant %+v", list, err, want)
	}
	if err := os.Chmod(runs, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Runs(runs); !errors.As(err, new(*UnsafeError)) {
		t.Errorf("Runs in a directory for everybody = %v", err)
	}
}
