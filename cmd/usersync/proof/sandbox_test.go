package proof

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// sandbox is usersync sandbox in a process of its own.
type sandbox struct {
	url     string
	loses   bool // answers, or runs that wait for them
	process *exec.Cmd
}

// startSandbox starts `usersync sandbox` with the given flags, and stops it at the end of
// the test.
func startSandbox(t testing.TB, flags ...string) *sandbox {
	t.Helper()
	cmd := exec.Command(program, append([]string{"sandbox", "--listen", "127.0.0.1:0"}, flags...)...)
	cmd.Stderr = io.Discard
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &sandbox{process: cmd, loses: slices.Contains(flags, "--fault")}
	t.Cleanup(r.end)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the sandbox prints no address: %v", err)
	}
	r.url = strings.TrimSpace(line)
	return r
}

// end ends the process; ending it twice does no harm.
func (r *sandbox) end() {
	if r.process.ProcessState == nil {
		_ = r.process.Process.Signal(syscall.SIGKILL) // it holds nothing that must be saved
		_ = r.process.Wait()
	}
}

// state is GET /_sandbox/state.
type state struct {
	Users, Created, Updated, Deleted uint64
	Calls                            uint64
	Answers                          map[string]map[string]uint64
	PeakSecond                       int `json:"peak_second"`
	PeakConcurrency                  int `json:"peak_concurrency"`
	Faults                           map[string]uint64
	Doubled                          map[string]uint64
	Followed                         uint64 `json:"redirects_followed"`
}

func (r *sandbox) state(t testing.TB) (s state) {
	t.Helper()
	r.ask(t, "", func(body io.Reader) error { return json.NewDecoder(body).Decode(&s) })
	return s
}

// heldUser is what the sandbox knows about one id.
type heldUser struct {
	ID                        string
	Held                      bool
	Created, Updated, Deleted int
	Attributes                map[string]any
}

// users returns every id that was ever created, without attributes.
func (r *sandbox) users(t testing.TB) map[string]heldUser {
	t.Helper()
	users := map[string]heldUser{}
	r.ask(t, "users=1", func(body io.Reader) error {
		d := json.NewDecoder(body)
		for {
			var u heldUser
			if err := d.Decode(&u); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			users[u.ID] = u
		}
	})
	return users
}

func (r *sandbox) user(t testing.TB, id string) (u heldUser) {
	t.Helper()
	r.ask(t, "id="+url.QueryEscape(id), func(body io.Reader) error { return json.NewDecoder(body).Decode(&u) })
	return u
}

func (r *sandbox) ask(t testing.TB, query string, read func(io.Reader) error) {
	t.Helper()
	response, err := http.Get(r.url + "/_sandbox/state?" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := read(response.Body); err != nil {
		t.Fatalf("read the sandbox's state: %v", err)
	}
}

// timeout is a setting for proofs in which answers are lost: before a run asks what
// happened to such a call, it waits until the call would have timed out, which by default
// is half a minute. No answer takes a second.
func (r *sandbox) timeout() string {
	if !r.loses || *full {
		return ""
	}
	return "timeout: 5s"
}

// config writes a config for the sandbox.
func (r *sandbox) config(t testing.TB, lines ...string) string {
	t.Helper()
	text := fmt.Sprintf("to: kard\nkard: {base_url: %q, organization: any}\nrate: unlimited\n%s\n", r.url, strings.Join(append(lines, r.timeout()), "\n"))
	path := t.TempDir() + "/usersync.yaml"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
