package shared_test

import (
	"fmt"
	"net"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"usersync/sync/pace"
	"usersync/sync/pace/shared"
)

func redis(t testing.TB) opener {
	s := startRedis(t)
	return func(run string) pace.Shared { return s.open(t, t.Name(), run) }
}

// redisServer is a Redis server that keeps nothing on disk.
type redisServer struct {
	port    int
	command *exec.Cmd
}

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &redisServer{port: l.Addr().(*net.TCPAddr).Port}
	l.Close()
	s.command = exec.Command("redis-server", "--port", fmt.Sprint(s.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	s.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.command.Start(); err != nil {
		t.Fatal("run make deps to install redis-server:", err)
	}
	t.Cleanup(s.kill)
	for began := time.Now(); ; {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
		if err == nil {
			conn.Close()
			return s
		}
		if time.Since(began) > 30*time.Second {
			t.Fatal(err)
		}
	}
}

func (s *redisServer) open(t testing.TB, account, run string) *shared.Redis {
	t.Helper()
	r, err := shared.OpenRedis(s.address(), account, run)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func (s *redisServer) address() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", s.port) }

// kill ends the server at once.
func (s *redisServer) kill() {
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
}
