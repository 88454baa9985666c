package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const keyFileLimit = 1024

// keyBeside reads the key from the file beside the SQLite ledger; it makes one
// if make says so and there is none.
func (l *Ledger) keyBeside(make bool) (Key, error) {
	if l.path == "" {
		return Key{}, &UnusableError{Reason: "a ledger in PostgreSQL needs a key",
			Hint: "make one with: openssl rand -hex 32, and name it in the config, as in ledger_key: env:USERSYNC_LEDGER_KEY"}
	}
	path := l.path + ".key"
	key, err := readKeyFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if !make {
		return Key{}, &UnusableError{Reason: "its key file " + path + " is missing",
			Hint: "put the key file back; if it is lost, remove the ledger too: the next run sends everybody once"}
	}
	return makeKeyFile(path)
}

// readKeyFile reads a key that nobody else can have read or changed.
func readKeyFile(path string) (Key, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return Key{}, fmt.Errorf("open the ledger's key file: %w", err)
	}
	defer f.Close()
	if err := private(f, 0o077); err != nil {
		return Key{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, keyFileLimit))
	if err != nil {
		return Key{}, fmt.Errorf("read the ledger's key file: %w", err)
	}
	return ParseKey(string(text))
}

// makeKeyFile makes a key. The file appears whole or not at all; when another
// process was first, its key is taken.
func makeKeyFile(path string) (Key, error) {
	key := NewKey()
	partial, err := writeNew(path, key.text())
	if err != nil {
		return Key{}, fmt.Errorf("make the ledger's key file: %w", err)
	}
	err = os.Link(partial, path)
	if gone := os.Remove(partial); gone != nil {
		return Key{}, fmt.Errorf("make the ledger's key file: %w", gone)
	}
	if errors.Is(err, fs.ErrExist) {
		return readKeyFile(path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("make the ledger's key file: %w", err)
	}
	return key, syncFolder(filepath.Dir(path))
}

// writeNew writes a new file beside path, for this user alone.
func writeNew(path, text string) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteString(text); err != nil {
		return "", err
	}
	return f.Name(), f.Sync()
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// private refuses an open file that is not a regular file of this user, or that
// others have any of the given permissions on.
func private(f *os.File, others fs.FileMode) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &UnusableError{Reason: f.Name() + " is not a regular file", Hint: "give another path"}
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return &UnusableError{Reason: f.Name() + " belongs to another user",
			Hint: "run as the user that owns it, or give another path"}
	}
	if info.Mode().Perm()&others != 0 {
		return &UnusableError{Reason: fmt.Sprintf("%s is open to others (mode %#o)", f.Name(), info.Mode().Perm()),
			Hint: "make sure that nobody changed it, then: chmod 600 " + f.Name()}
	}
	return nil
}
