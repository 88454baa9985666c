package ledger

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"usersync/sync/fingerprint"

	"go.uber.org/goleak"
)

// server is the PostgreSQL server that the tests share. It is started by the
// first test that needs it.
var server postgresServer

func TestMain(m *testing.M) {
	if action := os.Getenv("LEDGER_CHILD"); action != "" {
		child(action)
		return
	}
	code := m.Run()
	if err := server.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		code = max(code, 1)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

type postgresServer struct {
	once    sync.Once
	err     error
	dir     string
	port    int
	command *exec.Cmd
	count   int
	mu      sync.Mutex
}

// database makes a new database and returns its address.
func (s *postgresServer) database(t testing.TB) string {
	t.Helper()
	s.once.Do(func() { s.err = s.start() })
	if s.err != nil {
		t.Fatalf("PostgreSQL: %v (install it: make deps)", s.err)
	}
	s.mu.Lock()
	s.count++
	name := "ledger" + strconv.Itoa(s.count)
	s.mu.Unlock()
	l, err := Open(t.Context(), Options{URL: s.url("postgres"), Key: fingerprint.NewKey(), Scope: "x"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.db.Write.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	if _, err := l.db.Write.Exec("DROP TABLE usersync_meta, usersync_scope, usersync_feed, usersync_field, usersync_run, usersync_entry, usersync_mark, usersync_deleted"); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

func (s *postgresServer) url(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

func (s *postgresServer) start() error {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return errors.New("no server under /usr/lib/postgresql")
	}
	bin := filepath.Dir(slices.Max(found))
	if s.dir, err = os.MkdirTemp("", "usersync-postgres-"); err != nil {
		return err
	}
	who, err := s.owner()
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = who, s.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	s.command = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir)
	s.command.SysProcAttr, s.command.Dir = who, s.dir
	if err := s.command.Start(); err != nil {
		return err
	}
	return s.await()
}

// owner is whom the server runs as: it refuses root.
func (s *postgresServer) owner() (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(s.dir, uid, gid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func (s *postgresServer) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		l, err := Open(ctx, Options{URL: s.url("postgres"), Key: fingerprint.NewKey(), Scope: "x"})
		if err == nil {
			_, err := l.db.Write.Exec("DROP TABLE usersync_meta, usersync_scope, usersync_feed, usersync_field, usersync_run, usersync_entry, usersync_mark, usersync_deleted")
			return errors.Join(err, l.Close())
		}
		if ctx.Err() != nil {
			return fmt.Errorf("it does not answer: %w", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *postgresServer) stop() error {
	if s.command == nil || s.command.Process == nil {
		return os.RemoveAll(s.dir)
	}
	if err := s.command.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	return errors.Join(s.command.Wait(), os.RemoveAll(s.dir))
}
