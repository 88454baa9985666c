package database

import (
	"errors"
	"net"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// A server that cannot be reached is one sentence with its address and the cause, each once.
func TestConnectError(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		closed.Addr().String(): `^connect to PostgreSQL: 127\.0\.0\.1:\d+: connect: connection refused$`,
		"nowhere.invalid":      `^connect to PostgreSQL: lookup nowhere\.invalid[^;]*$`,
	} {
		pool, err := Connections("postgres://u:secret@"+address+"/d", 1)
		if err != nil {
			t.Fatal(err)
		}
		err = pool.PingContext(t.Context())
		if _, ok := errors.AsType[*ConnectError](err); !ok || !regexp.MustCompile(want).MatchString(err.Error()) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
		if strings.Contains(want, "refused") && !errors.Is(err, syscall.ECONNREFUSED) && !pgconn.SafeToRetry(err) {
			t.Errorf("%s: the cause is lost: %#v", address, err)
		}
	}
}
