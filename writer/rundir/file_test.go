package rundir

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func contents(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, f *File, text string) {
	t.Helper()
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, dir *Dir, name string) *File {
	t.Helper()
	f, err := dir.File(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestCommitGivesTheNameAtTheEnd(t *testing.T) {
	dir := create(t)
	f := open(t, dir, "results.csv")
	name := filepath.Join(dir.Path(), "results.csv")
	write(t, f, "one\n")
	if f.Path() != name+".partial" || f.Size() != 4 {
		t.Errorf("before Commit: path %s, size %d", f.Path(), f.Size())
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the name is taken before Commit: %v", err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if f.Path() != name || contents(t, name) != "one\n" {
		t.Errorf("after Commit: path %s, contents %q", f.Path(), contents(t, name))
	}
	if _, err := os.Stat(name + ".partial"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the partial file is still there: %v", err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
}

func TestFinishedFileRejectsWrites(t *testing.T) {
	dir := create(t)
	f := open(t, dir, "a")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Commit(), f.Close()); err != nil {
		t.Errorf("Commit and Close after Commit = %v, want nil", err)
	}
	if _, err := f.Write([]byte("late")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Write after Commit = %v", err)
	}
}

func TestCloseLeavesThePartialFile(t *testing.T) {
	dir := create(t)
	f := open(t, dir, "results.csv")
	write(t, f, "half")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, f.Path()); got != "half" || !strings.HasSuffix(f.Path(), ".partial") {
		t.Errorf("%s holds %q", f.Path(), got)
	}
	if err := f.Commit(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Commit after Close = %v, want fs.ErrClosed", err)
	}
}

func TestSyncBringsTheBufferOut(t *testing.T) {
	f := open(t, create(t), "a")
	write(t, f, "one")
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, f.Path()); got != "one" {
		t.Errorf("after Sync the file holds %q", got)
	}
}

func TestCommitDoesNotReplace(t *testing.T) {
	dir := create(t)
	f := open(t, dir, "a")
	other := filepath.Join(dir.Path(), "a")
	if err := os.WriteFile(other, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Commit over a file = %v, want fs.ErrExist", err)
	}
	if got := contents(t, other); got != "theirs" {
		t.Errorf("the file was replaced: %q", got)
	}
}

// A file that may grow to half a buffer only, as on a full disk.
func TestFullDiskIsReported(t *testing.T) {
	dir := create(t)
	for _, finish := range []struct {
		name string
		call func(*File) error
	}{{"write", writeMore}, {"sync", (*File).Sync}, {"commit", (*File).Commit}, {"close", (*File).Close}} {
		f := open(t, dir, finish.name)
		limit(t, bufferSize/2, func() {
			write(t, f, strings.Repeat("x", bufferSize-10))
			err := finish.call(f)
			if !errors.Is(err, syscall.EFBIG) || !NoRoom(err) || !strings.Contains(err.Error(), f.Path()) {
				t.Errorf("%s on a full disk = %v, want EFBIG and the path", finish.name, err)
			}
		})
		if err := f.Commit(); !errors.Is(err, syscall.EFBIG) {
			t.Errorf("Commit when there is room again = %v, want the first error", err)
		}
		if _, err := os.Stat(filepath.Join(dir.Path(), finish.name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a file that lacks bytes got its name: %v", err)
		}
	}
}

func writeMore(f *File) error {
	_, err := f.Write(make([]byte, 2*bufferSize))
	return err
}

func limit(t *testing.T, size uint64, do func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	small := syscall.Rlimit{Cur: size, Max: old.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old)
	do()
}

func TestReplaceOnCommit(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "out.csv"), filepath.Join(dir, "latest.csv")
	if err := errors.Join(os.WriteFile(path, []byte("old"), 0o644), os.Symlink("out.csv", link)); err != nil {
		t.Fatal(err)
	}
	f, err := Replace(link)
	if err != nil {
		t.Fatal(err)
	}
	write(t, f, "new")
	if err := f.Sync(); err != nil || contents(t, path) != "old" {
		t.Errorf("before Commit: %q, %v", contents(t, path), err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 || contents(t, path) != "new" {
		t.Errorf("after Commit: %q, link %v (%v)", contents(t, path), info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

func TestReplaceAfterAKilledRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	killed, err := Replace(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := Replace(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Commit(); err != nil || next.Path() != path {
		t.Errorf("Commit = %v, path %s", err, next.Path())
	}
}

func TestReplaceRefusesADirectory(t *testing.T) {
	dir := t.TempDir()
	if _, err := Replace(dir); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("Replace(directory) = %v", err)
	}
	if _, err := Replace(filepath.Join(dir, "no", "out.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Replace in a directory that is not there = %v", err)
	}
}

func TestDeviceIsWrittenDirectly(t *testing.T) {
	f, err := Replace("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	write(t, f, "one")
	if err := f.Commit(); !errors.Is(err, syscall.ENOSPC) || !NoRoom(err) {
		t.Errorf("Commit to a full device = %v, want ENOSPC", err)
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		t.Fatalf("/dev/full is now %v (%v)", info.Mode(), err)
	}
}

func TestStream(t *testing.T) {
	var out bytes.Buffer
	f := Stream(&out, "stdout")
	write(t, f, "one")
	if err := f.Sync(); err != nil || out.String() != "one" {
		t.Errorf("after Sync: %q, %v", &out, err)
	}
	write(t, f, " two")
	if err := f.Commit(); err != nil || out.String() != "one two" || f.Path() != "stdout" {
		t.Errorf("after Commit: %q, %v, path %s", &out, err, f.Path())
	}
}

// TestSizeOfWhatLeft: what stayed in the buffer of a full device does not count.
func TestSizeAfterAFailedFlush(t *testing.T) {
	f, err := Replace("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	write(t, f, "one")
	if f.Size() != 3 {
		t.Errorf("size %d before the end", f.Size())
	}
	if err := f.Close(); err == nil || f.Size() != 0 {
		t.Errorf("size %d after %v", f.Size(), err)
	}
}

// A file that could not be made durable is not complete, even if it can be closed.
func TestPersistFails(t *testing.T) {
	for name, end := range map[string]func(*File) error{"Close": (*File).Close, "Commit": (*File).Commit} {
		t.Run(name, func(t *testing.T) {
			dir := create(t)
			f := open(t, dir, "results.csv")
			out, in, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			if err := f.file.Close(); err != nil {
				t.Fatal(err)
			}
			f.file = in // can be written and closed, but not synced
			failed := f.Persist()
			if err := end(f); failed == nil || !errors.Is(err, failed) {
				t.Error(failed, err)
			}
			if _, err := os.Stat(filepath.Join(dir.Path(), "results.csv")); err == nil {
				t.Error("it got its final name")
			}
		})
	}
}

// A name that a directory has taken is in the error once, with its path.
func TestErrorOfATakenNameNamesItOnce(t *testing.T) {
	dir := create(t)
	f := open(t, dir, "summary.json")
	path := filepath.Join(dir.Path(), "summary.json")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); !errors.Is(err, fs.ErrExist) || strings.Count(err.Error(), "summary.json") != 1 || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
}
