// Package ledgertest starts a PostgreSQL server for tests of ledgers. The program itself
// does not use it. Start at Postgres.
package ledgertest

import (
	"context"
	"database/sql"
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
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that ledgers use
)

// Postgres is a PostgreSQL server. The first call to Database starts it. The zero value
// is ready to use, and it is safe for concurrent use.
type Postgres struct {
	once    sync.Once
	err     error
	dir     string
	port    int
	server  exec.Cmd // not started: each start is a copy
	command *exec.Cmd
	count   int
	mu      sync.Mutex
}

// Main runs the tests of a package and stops the server. If all is well so far, it looks for
// goroutines that are left. It returns the exit code.
func (s *Postgres) Main(tests interface{ Run() int }, leaks func() error) int {
	code := tests.Run()
	if err := s.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		code = max(code, 1)
	}
	if code == 0 {
		if err := leaks(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	return code
}

// Database creates a new database and returns its address.
func (s *Postgres) Database(ctx context.Context) (string, error) {
	s.once.Do(func() { s.err = s.start() })
	if s.err != nil {
		return "", fmt.Errorf("start PostgreSQL (run make deps to install it): %w", s.err)
	}
	s.mu.Lock()
	s.count++
	name := "ledger" + strconv.Itoa(s.count)
	s.mu.Unlock()
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return "", err
	}
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+name)
	return s.url(name), errors.Join(err, db.Close())
}

func (s *Postgres) url(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

func (s *Postgres) start() error {
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
	s.server = exec.Cmd{Path: filepath.Join(bin, "postgres"), Dir: s.dir, SysProcAttr: who,
		Args: []string{"postgres", "-D", data, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + s.dir}}
	return s.serve()
}

func (s *Postgres) serve() error {
	server := s.server
	s.command = &server
	if err := s.command.Start(); err != nil {
		return err
	}
	return s.await()
}

// Crash ends the server at once, as a failure of its machine does. Call Restart next.
func (s *Postgres) Crash() error {
	if err := s.command.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	_ = s.command.Wait() // an immediate shutdown is no success
	return nil
}

// Restart starts a server again that has crashed, with the same data and address.
func (s *Postgres) Restart() error { return s.serve() }

// owner is the user that the server runs as: it refuses to run as root.
func (s *Postgres) owner() (*syscall.SysProcAttr, error) {
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

func (s *Postgres) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	for db.PingContext(ctx) != nil {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return errors.Join(errors.New("the server does not answer"), db.Close())
		}
	}
	return db.Close()
}

// Stop stops the server if it was started, and removes its files.
func (s *Postgres) Stop() error {
	if s.command == nil || s.command.Process == nil {
		return os.RemoveAll(s.dir)
	}
	if err := s.command.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	return errors.Join(s.command.Wait(), os.RemoveAll(s.dir))
}
