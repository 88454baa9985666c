package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"usersync/cmd/usersync/internal/exit"
)

// tenants is a server with several accounts, told apart by the path of the base URL. It
// makes keys of its own: a user created twice is two users.
type tenants struct {
	mu    sync.Mutex
	calls int
	users map[string][]string // by tenant
	port  string
}

func startTenants(t *testing.T) *tenants {
	s := &tenants{users: map[string][]string{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.port = server.URL[strings.LastIndex(server.URL, ":")+1:]
	return s
}

func (s *tenants) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	var user struct{ Reference string }
	body, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(body, &user); err != nil || r.Method != http.MethodPost {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	tenant := strings.TrimSuffix(r.URL.Path, "/users")
	s.users[tenant] = append(s.users[tenant], user.Reference)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"id": "r%d", "reference": %q}`, s.calls, user.Reference)
}

// made is how many users a tenant holds, and calls how many calls were made.
func (s *tenants) made() (users map[string]int, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	users = map[string]int{}
	for tenant, list := range s.users {
		users[tenant] = len(list)
	}
	return users, s.calls
}

// acme is a directory with a config for the tenants, and an input.
type acme struct {
	t   *testing.T
	dir string
}

func newAcme(t *testing.T) acme {
	a := acme{t, t.TempDir()}
	a.write("users.csv", "id,email\nu-1,a@example.com\nu-2,b@example.com\nu-3,c@example.com\n")
	return a
}

func (a acme) write(name, text string) {
	a.t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, name), []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// config writes a config whose section says base, and whose top level says more.
func (a acme) config(base, account, more string) {
	if base != "" {
		base = fmt.Sprintf("base_url: %q", base)
	}
	a.write("usersync.yaml", fmt.Sprintf(`to: custom
rate: unlimited
%s
custom:
  name: acme
  %s
  account: %q
  keys: theirs
  create: {path: /users, body: {reference: "{id}", email: "{email}"}, answer: {remote: /id, key: /reference}}
  update: {path: "/users/{remote}", method: PATCH, replay: safe, body: {reference: "{id}", email: "{email}"}, answer: {key: /reference}}
`, more, base, account))
}

// run runs a command line in the directory.
func (a acme) run(verb string, args ...string) (code int, out, stderr string) {
	a.t.Helper()
	a.t.Chdir(a.dir)
	var stdout, errs bytes.Buffer
	code = execute(context.Background(), append(strings.Fields(verb), args...), strings.NewReader(""), &stdout, &errs)
	return code, stdout.String(), errs.String()
}

func (a acme) want(code int, verb string, args ...string) string {
	a.t.Helper()
	got, out, stderr := a.run(verb, args...)
	if got != code {
		a.t.Fatalf("usersync %s %q: exit code %d, want %d\n%s%s", verb, args, got, code, out, stderr)
	}
	return out + stderr
}

// Two spellings of one base URL are one account; two paths are two, wherever the base URL
// is set.
func TestScopeIsTheWholeBaseURL(t *testing.T) {
	const first = "http://localhost:PORT/v1"
	for second, same := range map[string]bool{
		"http://localhost:PORT/v1":         true,
		"http://LOCALHOST:PORT/v1":         true,
		"HTTP://localhost:PORT/v1/":        true,
		"http://localhost:PORT//v1":        true,
		"http://localhost:PORT/./v1/x/..":  true,
		"http://localhost:PORT/%76%31":     true,
		"http://localhost.:PORT/v1":        true,
		"http://localhost:0PORT/v1":        true,
		"http://localhost:PORT/v2":         false,
		"http://localhost:PORT/V1":         false,
		"http://localhost:PORT":            false,
		"http://localhost:PORT/v1/eu":      false,
		"http://127.0.0.1:PORT/v1":         false,
		"http://localhost:PORT/%7Etenant":  false,
		"http://localhost:PORT/v1%2Fusers": false,
	} {
		for how, set := range map[string]func(a acme, url string) []string{
			"section": func(a acme, url string) []string { a.config(url, "eu", ""); return nil },
			"flag":    func(a acme, url string) []string { return []string{"--base-url", url} },
			"top":     func(a acme, url string) []string { a.config("", "eu", "base_url: "+url); return nil },
			"variable": func(a acme, url string) []string {
				a.t.Setenv("WHERE", url)
				a.config("env:WHERE", "eu", "")
				return nil
			},
		} {
			if how != "section" && !strings.HasSuffix(second, "2") && !strings.Contains(second, "LOCAL") {
				continue
			}
			t.Run(how+" "+strings.ReplaceAll(second, "/", "_"), func(t *testing.T) {
				s := startTenants(t)
				a := newAcme(t)
				a.config(strings.ReplaceAll(first, "PORT", s.port), "eu", "")
				a.want(exit.OK, "run", "users.csv")
				_, before := s.made()
				args := append(set(a, strings.ReplaceAll(second, "PORT", s.port)), "users.csv")
				if same {
					a.want(exit.OK, "run", args...)
					if _, calls := s.made(); calls != before {
						t.Errorf("%d calls more, though nobody has changed", calls-before)
					}
					return
				}
				said := a.want(exit.Misuse, "run", args...)
				if _, calls := s.made(); calls != before || !strings.Contains(said, "usersync ledger move-scope") || !strings.Contains(said, "--new-scope") {
					t.Errorf("%d calls; %s", calls-before, said)
				}
				a.want(exit.Misuse, "plan", args...)
				a.want(exit.OK, "run", append([]string{"--new-scope"}, args...)...)
				a.want(exit.OK, "run", args...) // the ledger knows it now
				if users, _ := s.made(); users["/v1"]+users[""] > 6 {
					t.Errorf("made: %v", users)
				}
				if _, calls := s.made(); calls != before+3 {
					t.Errorf("%d calls more, want 3", calls-before)
				}
			})
		}
	}
}

// An address that is none, or holds what is no part of an address, is refused before any
// call.
func TestBaseURLThatIsNone(t *testing.T) {
	for _, url := range []string{"http://me:pw@localhost/v1", "http://localhost/v1?tenant=a", "http://localhost/v1#a", "localhost/v1", "http://localhost:99999/v1"} {
		a := newAcme(t)
		t.Setenv("WHERE", url)
		a.config("env:WHERE", "eu", "")
		if said := a.want(exit.Misuse, "run", "users.csv"); strings.Contains(said, "pw@") {
			t.Error(said)
		}
	}
}

// Two accounts at one address share nothing, and two feeds share their account.
func TestAccountsAndFeeds(t *testing.T) {
	s := startTenants(t)
	a := newAcme(t)
	base := "http://localhost:" + s.port
	a.config(base, "eu", "")
	a.want(exit.OK, "run", "users.csv")
	a.config(base, "us", "")
	a.want(exit.Misuse, "run", "users.csv")
	a.want(exit.OK, "run", "--new-scope", "users.csv")
	a.want(exit.OK, "run", "--feed", "hr", "users.csv")
	if users, calls := s.made(); users[""] != 6 || calls != 6 {
		t.Error(users, calls)
	}
	if out := a.want(exit.OK, "ledger stats"); !strings.Contains(out, "|us") || !strings.Contains(out, "|eu") {
		t.Error(out)
	}
}

// --new-scope is for one run, and not for every night.
func TestNewScopeIsAFlagAlone(t *testing.T) {
	s := startTenants(t)
	a := newAcme(t)
	a.config("http://localhost:"+s.port, "eu", "new_scope: true")
	if said := a.want(exit.Misuse, "run", "users.csv"); !strings.Contains(said, "--new-scope") {
		t.Error(said)
	}
	t.Setenv("USERSYNC_NEW_SCOPE", "true")
	a.config("http://localhost:"+s.port, "eu", "")
	a.want(exit.Misuse, "run", "users.csv")
	if _, calls := s.made(); calls != 0 {
		t.Error(calls)
	}
}

// A plan and rejects belong to the address they were made for.
func TestPlanAndRetryKeepTheirAddress(t *testing.T) {
	s := startTenants(t)
	a := newAcme(t)
	a.write("users.csv", "id,email\nu-1,a@example.com\n,b@example.com\n")
	base := "http://localhost:" + s.port
	a.config("", "eu", "base_url: "+base+"/test")
	a.want(exit.Rejects, "run", "users.csv")
	a.write("more.csv", "id,email\nu-9,a@example.com\n")
	a.want(exit.OK, "plan", "--out", "plan.jsonl", "more.csv")
	_, before := s.made()
	a.config("", "eu", "base_url: "+base+"/prod")
	if said := a.want(exit.Misuse, "apply", "plan.jsonl"); !strings.Contains(said, "base URL") {
		t.Error(said)
	}
	if said := a.want(exit.Misuse, "retry"); !strings.Contains(said, "another account or base URL") {
		t.Error(said)
	}
	if _, calls := s.made(); calls != before {
		t.Error("calls were made")
	}
	a.config("", "eu", "base_url: "+strings.ToUpper(base[:16])+base[16:]+"//test/")
	a.want(exit.OK, "apply", "plan.jsonl")
}

// move-scope gives an account another address: its users are known there.
func TestMoveScope(t *testing.T) {
	s := startTenants(t)
	a := newAcme(t)
	old, now := "acme|http://localhost:"+s.port+"/old|eu", "acme|http://localhost:"+s.port+"/new|eu"
	a.config("http://localhost:"+s.port+"/old", "eu", "")
	a.want(exit.OK, "run", "users.csv")
	a.config("http://localhost:"+s.port+"/new", "eu", "")
	said := a.want(exit.Misuse, "run", "users.csv")
	if !strings.Contains(said, fmt.Sprintf("usersync ledger move-scope '%s' '%s'", old, now)) {
		t.Fatal(said)
	}
	a.want(exit.Misuse, "ledger show", "u-1") // a known user is not shown as unknown
	a.want(exit.Misuse, "ledger forget", "u-1")
	for _, wrong := range [][]string{{old}, {"acme|x|eu", now}, {old, "acme|x|eu"}, {old, "kard|http://localhost/new|eu"}, {old, old}, {now, old}} {
		a.want(exit.Misuse, "ledger move-scope", wrong...)
	}
	a.want(exit.Misuse, "run", "users.csv") // a move that failed is no leave for it
	a.want(exit.OK, "ledger move-scope", old, strings.Replace(now, "localhost", "LOCALHOST", 1)+"")
	a.want(exit.OK, "run", "users.csv")
	if users, calls := s.made(); calls != 3 || users["/old"] != 3 {
		t.Error(users, calls)
	}
	a.want(exit.OK, "ledger show", "u-1")
	a.config("http://localhost:"+s.port+"/old", "eu", "")
	a.want(exit.Misuse, "run", "users.csv")
}
