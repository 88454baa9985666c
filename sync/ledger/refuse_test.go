package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

func refused(t *testing.T, o Options, reason string) {
	t.Helper()
	if o.Scope == "" {
		o.Scope = "kard https://example.test acme"
	}
	l, err := Open(t.Context(), o)
	if err == nil {
		l.Close()
	}
	e, ok := errors.AsType[*UnusableError](err)
	if !ok || !strings.Contains(e.Error(), reason) || e.Hint == "" {
		t.Errorf("want a refusal for %q, got %v", reason, err)
	}
}

func TestWrongKeyIsRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		open(t, Options{URL: url})
		refused(t, Options{URL: url, Key: fingerprint.NewKey()}, "a different key")
	})
}

func TestPostgresNeedsAKey(t *testing.T) {
	refused(t, Options{URL: server.database(t)}, "needs a key")
}

func TestNewerAndForeignSchemasAreRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		if _, err := l.entries.DB.Write.Exec(`UPDATE usersync_meta SET value = '99' WHERE name = 'schema'`); err != nil {
			t.Fatal(err)
		}
		refused(t, Options{URL: url, Key: testKey}, "newer usersync")
		if _, err := l.entries.DB.Write.Exec(`DROP TABLE usersync_meta`); err != nil {
			t.Fatal(err)
		}
		refused(t, Options{URL: url, Key: testKey}, "do not belong to a usersync ledger")
	})
}

func TestUnknownAddressesAreRefused(t *testing.T) {
	refused(t, Options{URL: "mysql://root:hunter2@x/y"}, "not that of a database that usersync supports")
	_, err := Open(t.Context(), Options{URL: "postgres://u:hunter2@[x/y", Scope: "s"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// sqliteFile makes a ledger with a key file, and returns its path.
func sqliteFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "l.entries.DB")
	l, err := Open(t.Context(), Options{URL: "sqlite:" + path, Scope: "s"})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesArePrivate(t *testing.T) {
	path := sqliteFile(t)
	for _, file := range []string{path, path + ".key"} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(file, info.Mode(), err)
		}
	}
}

func TestOpenFilesAreRefused(t *testing.T) {
	for reason, damage := range map[string]func(path string) error{
		"l.entries.DB is open to others":     func(p string) error { return os.Chmod(p, 0o606) },
		"l.entries.DB.key is open to others": func(p string) error { return os.Chmod(p+".key", 0o640) },
		"l.entries.DB.key is missing":        func(p string) error { return os.Remove(p + ".key") },
		"a different key":                    func(p string) error { return os.WriteFile(p+".key", []byte(fingerprint.NewKey().Text()), 0o600) },
		"not 32 bytes":                       func(p string) error { return os.WriteFile(p+".key", []byte("short"), 0o600) },
		"is not a usersync ledger": func(p string) error {
			return errors.Join(os.Remove(p), os.WriteFile(p, []byte(strings.Repeat("id,email\n", 900)), 0o600))
		},
		"not a regular file": func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) },
	} {
		path := sqliteFile(t)
		if err := damage(path); err != nil {
			t.Fatal(err)
		}
		refused(t, Options{URL: "sqlite:" + path}, reason)
	}
}

func TestAnotherUsersFilesAreRefused(t *testing.T) {
	if os.Geteuid() != 0 { // only root can change a file's owner; others can use one of root's
		refused(t, Options{URL: "sqlite:/etc/passwd"}, "belongs to another user")
		return
	}
	for _, suffix := range []string{"", ".key"} {
		path := sqliteFile(t)
		if err := os.Chown(path+suffix, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		refused(t, Options{URL: "sqlite:" + path}, "belongs to another user")
	}
}

func TestManyOpenAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		var wg sync.WaitGroup
		key := testKey
		if strings.HasPrefix(url, "sqlite:") {
			key = fingerprint.Key{} // they have to agree on one key file
		}
		for range 8 {
			wg.Go(func() {
				l, err := Open(t.Context(), Options{URL: url, Key: key, Scope: "s"})
				if err != nil {
					t.Error(err)
					return
				}
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestReadersSeeWhatAnotherProcessSaved(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, b := open(t, Options{URL: url}), open(t, Options{URL: url})
		lock(t, a)
		save(t, a, Entry{ID: "x", State: user.Present, Fingerprints: fingerprints(user.Fingerprint{Field: "new field", Sum: 1})})
		if k := find(t, b, "x")[0]; k.State != user.Present || k.Run != "run-1" || k.Fingerprints.Fields[0].Field != "new field" {
			t.Errorf("%+v", k)
		}
	})
}
