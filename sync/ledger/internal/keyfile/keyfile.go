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

// defaultKey reads the key from the file next to the SQLite ledger. If there is none and
// make is set, it creates one.
func defaultKey(db *database.DB, make bool) (fingerprint.Key, error) {
	if db.Path == "" {
		return fingerprint.Key{}, &database.UnusableError{Reason: "a ledger in PostgreSQL needs a key",
			Hint: "create one with: openssl rand -hex 32, and name it in the config, as in ledger_key: env:USERSYNC_LEDGER_KEY"}
	}
	path := db.Path + ".key"
	key, err := readKeyFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if !make {
		return fingerprint.Key{}, &database.UnusableError{Reason: "its key file " + path + " is missing",
			Hint: "restore the key file; if it is lost, remove the ledger too: the next run then sends every user once"}
	}
	return makeKeyFile(path)
}

// readKeyFile reads a key from a file that no other user can read or change.
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
		return fingerprint.Key{}, &database.UnusableError{Reason: err.Error(), Hint: "create one with: openssl rand -hex 32"}
	}
	return key, nil
}

// makeKeyFile creates a key. The file appears complete or not at all; if another process
// was first, its key is used.
func makeKeyFile(path string) (fingerprint.Key, error) {
	key := fingerprint.NewKey()
	partial, err := writeNew(path, key.Text())
	if err != nil {
		return fingerprint.Key{}, fmt.Errorf("create the ledger's key file: %w", err)
	}
	err = os.Link(partial, path)
	if failed := os.Remove(partial); failed != nil {
		return fingerprint.Key{}, fmt.Errorf("create the ledger's key file: %w", failed)
	}
	if errors.Is(err, fs.ErrExist) {
		return readKeyFile(path)
	}
	if err != nil {
		return fingerprint.Key{}, fmt.Errorf("create the ledger's key file: %w", err)
	}
	return key, syncFolder(filepath.Dir(path))
}

// writeNew writes a new file next to path, with access for this user only.
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
