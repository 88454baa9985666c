package keyfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
)

const keyFileLimit = 1024

// keyBeside reads the key from the file beside the SQLite ledger; it makes one
// if make says so and there is none.
func keyBeside(db *database.DB, make bool) (fingerprint.Key, error) {
	if db.Path == "" {
		return fingerprint.Key{}, &database.UnusableError{Reason: "a ledger in PostgreSQL needs a key",
			Hint: "make one with: openssl rand -hex 32, and name it in the config, as in ledger_key: env:USERSYNC_LEDGER_KEY"}
	}
	path := db.Path + ".key"
	key, err := readKeyFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if !make {
		return fingerprint.Key{}, &database.UnusableError{Reason: "its key file " + path + " is missing",
			Hint: "put the key file back; if it is lost, remove the ledger too: the next run sends everybody once"}
	}
	return makeKeyFile(path)
}

// readKeyFile reads a key that nobody else can have read or changed.
func readKeyFile(path string) (fingerprint.Key, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return fingerprint.Key{}, fmt.Errorf("open the ledger's key file: %w", err)
	}
	defer f.Close()
	if err := database.Private(f, 0o077); err != nil {
		return fingerprint.Key{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, keyFileLimit))
	if err != nil {
		return fingerprint.Key{}, fmt.Errorf("read the ledger's key file: %w", err)
	}
	key, err := fingerprint.ParseKey(string(text))
	if err != nil {
		return fingerprint.Key{}, &database.UnusableError{Reason: err.Error(), Hint: "make one with: openssl rand -hex 32"}
	}
	return key, nil
}

// makeKeyFile makes a key. The file appears whole or not at all; when another
// process was first, its key is taken.
func makeKeyFile(path string) (fingerprint.Key, error) {
	key := fingerprint.NewKey()
	partial, err := writeNew(path, key.Text())
	if err != nil {
		return fingerprint.Key{}, fmt.Errorf("make the ledger's key file: %w", err)
	}
	err = os.Link(partial, path)
	if gone := os.Remove(partial); gone != nil {
		return fingerprint.Key{}, fmt.Errorf("make the ledger's key file: %w", gone)
	}
	if errors.Is(err, fs.ErrExist) {
		return readKeyFile(path)
	}
	if err != nil {
		return fingerprint.Key{}, fmt.Errorf("make the ledger's key file: %w", err)
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
