package apply

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
	"usersync/cmd/usersync/internal/preview"
	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/plan"
	"usersync/writer/report"
)

func setup() *preview.Setup {
	return &preview.Setup{Config: &config.Config{Ledger: config.Ledger{URL: "auto"}}, Conn: &connect.Connection{Scope: report.Scope{
		Destination: "kard", Host: "kard.example", BaseURL: "https://kard.example", Account: "o"}}}
}

// A plan is refused for each thing that it is bound to and that has changed since.
func TestChangedSince(t *testing.T) {
	s := setup()
	made := plan.Header{InputBytes: 10, InputSHA256: "aa", Scope: s.Scope(), ConfigSHA256: s.Config.RunDigest(), MappingSHA256: s.Config.MappingDigest(), Ledger: plan.Ledger{Kept: true}}
	for want, change := range map[string]func(*plan.Header, *preview.Setup, *input.Digest){
		"":                                func(*plan.Header, *preview.Setup, *input.Digest) {},
		"it now has 11 bytes, and had 10": func(_ *plan.Header, _ *preview.Setup, d *input.Digest) { d.Bytes = 11 },
		"but different content":           func(_ *plan.Header, _ *preview.Setup, d *input.Digest) { d.SHA256 = "bb" },
		"by an earlier version":           func(h *plan.Header, _ *preview.Setup, _ *input.Digest) { h.Scope.BaseURL = "" },
		"another account, base URL":       func(h *plan.Header, _ *preview.Setup, _ *input.Digest) { h.Scope.Account = "p" },
		"base URL or feed":                func(h *plan.Header, _ *preview.Setup, _ *input.Digest) { h.Scope.Feed = "other" },
		"for another account":             func(h *plan.Header, _ *preview.Setup, _ *input.Digest) { h.Sandbox = true },
		"the settings have changed":       func(h *plan.Header, _ *preview.Setup, _ *input.Digest) { h.ConfigSHA256 = "bb" },
		"the mapping of columns":          func(h *plan.Header, _ *preview.Setup, _ *input.Digest) { h.MappingSHA256 = "bb" },
		"with a ledger and now":           func(h *plan.Header, _ *preview.Setup, _ *input.Digest) { h.Ledger.Kept = false },
	} {
		h, now, d := made, setup(), input.Digest{Bytes: 10, SHA256: "aa"}
		change(&h, now, &d)
		if got := changedSince(h, now, d); !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%q: %q", want, got)
		}
	}
}

// Each run to the sandbox has a sandbox at another address: that is no change.
func TestSandboxMoves(t *testing.T) {
	was := journal.Scope{Destination: "kard", Host: "127.0.0.1:1", BaseURL: "http://127.0.0.1:1", Account: "o"}
	now := was
	now.Host, now.BaseURL = "127.0.0.1:2", "http://127.0.0.1:2"
	for name, c := range map[string]struct{ made, sandbox, same bool }{
		"both": {true, true, true}, "neither": {false, false, false}, "made there, applied to the API": {true, false, false}, "the other way around": {false, true, false},
	} {
		if got := sameScope(plan.Header{Scope: was, Sandbox: c.made}, now, c.sandbox); got != c.same {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// planFile writes a plan without calls.
func planFile(t *testing.T, h plan.Header) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plan.jsonl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := plan.NewWriter(file{f}, h, fingerprint.NewKey())
	if err == nil {
		err = w.Finish(0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// file is a plan.File that has its name from the start.
type file struct{ *os.File }

func (f file) Path() string { return f.Name() }

func (f file) Commit() error { return f.Close() }

// A run that is continued applies the very plan that it began with.
func TestReopen(t *testing.T) {
	path := planFile(t, plan.Header{Inputs: []string{"users.csv"}})
	p, err := plan.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	p.ApprovedBy = "ada"
	began := journal.Header{Plan: InJournal(p)}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Reopen(began)
	if err != nil || again.ApprovedBy != "ada" || again.SHA256 != began.Plan.SHA256 {
		t.Fatalf("%+v, %v", again, err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	began.Plan.SHA256 = "another"
	if _, err := Reopen(began); !isMisuse(err, "not the plan that the run started with") {
		t.Errorf("another plan: %v", err)
	}
	began.Plan.Path += ".gone"
	if _, err := Reopen(began); !isMisuse(err, "nothing was sent") {
		t.Errorf("no plan: %v", err)
	}
	if p, err := Reopen(journal.Header{}); p != nil || err != nil || InJournal(nil) != nil {
		t.Error(p, err)
	}
}

func isMisuse(err error, says string) bool {
	e, ok := errors.AsType[*exit.Error](err)
	return ok && e.Code == exit.Misuse && strings.Contains(err.Error(), says)
}

// A plan for another address is refused before the input is read, and the command that makes a
// new one keeps its name.
func TestCheckAddress(t *testing.T) {
	now := journal.Scope{Destination: "kard", BaseURL: "https://kard.example", Account: "o"}
	other := now
	other.Account = "p"
	c := &config.Config{}
	for name, p := range map[string]*plan.Plan{
		"none": nil, "the same": {Header: plan.Header{Scope: now}}, "the sandbox": {Header: plan.Header{Scope: other, Sandbox: true}},
		"an earlier version": {Header: plan.Header{}},
	} {
		if err := CheckAddress(p, now, c, []string{"users.csv"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := CheckAddress(&plan.Plan{Path: "p.jsonl", Header: plan.Header{Scope: other}}, now, c, []string{"users.csv"})
	if e, ok := errors.AsType[*exit.Error](err); !ok || e.Next != "usersync plan --out p.jsonl users.csv" || !isMisuse(err, otherScope) {
		t.Errorf("%v: %q", err, e.Next)
	}
}

// An input that can be read only once cannot be compared with its plan and then sent.
func TestCheckTwice(t *testing.T) {
	if err := CheckTwice([]string{planFile(t, plan.Header{})}); err != nil {
		t.Error(err)
	}
	if err := CheckTwice([]string{"-"}); !isMisuse(err, "nothing was sent") {
		t.Error(err)
	}
}
