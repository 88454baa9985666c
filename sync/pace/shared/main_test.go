package shared_test

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger"
	"usersync/sync/ledger/ledgertest"
	"usersync/sync/pace"
	"usersync/sync/pace/shared"
)

// server is the PostgreSQL server that the tests share.
var server ledgertest.Postgres

func TestMain(m *testing.M) {
	if os.Getenv("SHARED_CHILD") != "" {
		child()
		return
	}
	os.Exit(server.Main(m, func() error { return goleak.Find() }))
}

// ledgers is the ledger that the tests share; each has an account of its own in it.
var ledgers = sync.OnceValues(func() (url string, err error) {
	if url, err = server.Database(context.Background()); err != nil {
		return "", err
	}
	return url, migrate(url)
})

// migrate makes the tables of a ledger.
func migrate(url string) error {
	key, err := fingerprint.ParseKey(strings.Repeat("0f", 32))
	if err != nil {
		return err
	}
	l, err := ledger.Open(context.Background(), ledger.Options{URL: url, Key: key, Scope: "a scope"})
	if err != nil {
		return err
	}
	return l.Close()
}

// connect returns connections to a database, for one process.
func connect(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := ledger.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// opener returns the limit as one process of a run sees it.
type opener func(run string) pace.Shared

func postgres(t testing.TB) opener {
	url, err := ledgers()
	if err != nil {
		t.Fatal(err)
	}
	return func(run string) pace.Shared {
		return &shared.Postgres{DB: connect(t, url), Account: t.Name(), Run: run}
	}
}

// everywhere runs a test on a new limit in each kind of server.
func everywhere(t *testing.T, test func(t *testing.T, open opener)) {
	for name, open := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// kinds are the kinds of servers.
func kinds() map[string]func(testing.TB) opener {
	return map[string]func(testing.TB) opener{"postgres": postgres, "redis": redis}
}
