package ledger

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"usersync/sync/ledger/ledgertest"

	"usersync/sync/ledger/internal/entries"
)

const chunkSize = entries.ChunkSize

// server is the PostgreSQL server that the tests share. It is started by the
// first test that needs it.
var server postgresServer

// postgresServer fails a test that cannot have one.
type postgresServer struct{ ledgertest.Postgres }

// database makes a new database and returns its address.
func (s *postgresServer) database(t testing.TB) string {
	t.Helper()
	url, err := s.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func TestMain(m *testing.M) {
	if action := os.Getenv("LEDGER_CHILD"); action != "" {
		child(action)
		return
	}
	os.Exit(server.Main(m, func() error { return goleak.Find() }))
}
