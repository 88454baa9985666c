package proof

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is where the program runs night after night: a runs directory with the ledger.
type site struct{ runs string }

func newSite(t testing.TB) site {
	t.Helper()
	return site{filepath.Join(t.TempDir(), "runs")}
}

// run runs `usersync run` to its end.
func (s site) run(t testing.TB, args ...string) execution {
	t.Helper()
	return s.begin(t, nil, args...).wait(t)
}

// process is a running command.
type process struct {
	site           site
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	began          time.Time

	ended    chan struct{}
	watching sync.WaitGroup
	peak     int64 // highest resident size so far, in bytes
}

// begin starts a run; under is the command to run it with, such as strace; empty for none.
func (s site) begin(t testing.TB, under []string, args ...string) *process {
	t.Helper()
	return s.command(t, under, append([]string{"run", "--runs-dir", s.runs, "--progress", "never"}, args...)...)
}

// command starts any command of the program.
func (s site) command(t testing.TB, under []string, args ...string) *process {
	t.Helper()
	line := append(append(slices.Clone(under), program), args...)
	u := &process{site: s, cmd: exec.Command(line[0], line[1:]...), began: time.Now()}
	u.cmd.Stdout, u.cmd.Stderr = &u.stdout, &u.stderr
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	u.ended = make(chan struct{})
	u.watching.Go(u.watchMemory)
	return u
}

// watchMemory keeps the highest resident size that the system shows of the process. What
// wait4 says would include the size of this test, which the process had before it became
// another program.
func (u *process) watchMemory() {
	for tick := time.Tick(10 * time.Millisecond); ; {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", u.cmd.Process.Pid)) // unreadable once it has ended
		if _, text, ok := strings.Cut(string(status), "VmHWM:"); ok {
			kilobytes, _, _ := strings.Cut(strings.TrimSpace(text), " ")
			n, _ := strconv.ParseInt(kilobytes, 10, 64)
			u.peak = max(u.peak, n<<10)
		}
		select {
		case <-u.ended:
			return
		case <-tick:
		}
	}
}

// kill ends the run as kill -9 does.
func (u *process) kill() { _ = u.cmd.Process.Kill() } // the error means that it has already ended

// wait waits for the end; exit is -1 after a kill.
func (u *process) wait(t testing.TB) execution {
	t.Helper()
	err := u.cmd.Wait()
	close(u.ended)
	u.watching.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	s := u.cmd.ProcessState
	return execution{
		exit: s.ExitCode(), stdout: u.stdout.String(), stderr: u.stderr.String(), dir: u.site.newest(t),
		wall: time.Since(u.began), cpu: s.UserTime() + s.SystemTime(),
		peak: u.peak,
	}
}

// newest is the directory of the run that wrote its journal last; empty if
// there is none.
func (s site) newest(t testing.TB) string {
	t.Helper()
	dirs := s.dirs(t)
	if len(dirs) == 0 {
		return ""
	}
	return dirs[len(dirs)-1]
}

// dirs are the directories of all runs, ordered by the last write to their journals.
func (s site) dirs(t testing.TB) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(s.runs, "*Z-*"))
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]time.Time{}
	for _, dir := range dirs {
		if info, err := os.Stat(filepath.Join(dir, "journal")); err == nil {
			last[dir] = info.ModTime()
		}
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return last[dir].IsZero() })
	slices.SortFunc(dirs, func(a, b string) int { return last[a].Compare(last[b]) })
	return dirs
}
