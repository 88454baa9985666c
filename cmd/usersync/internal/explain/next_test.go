package explain

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// The command for a user is one that can help: what a retry cannot cure is to be corrected first,
// and a run that stopped has named its next command.
func TestNextCanHelp(t *testing.T) {
	const rejects, goOn = "usersync run runs/r/rejects.csv", "usersync validate users.csv"
	for name, c := range map[string]struct {
		state, ended string
		of           user.Settled
		sandbox      bool
		want, says   string
	}{
		"invalid":              {finished, rejects, user.Settled{Status: user.Invalid, Code: "bad_email"}, false, rejects, "Correct the row or the settings first"},
		"refused":              {finished, rejects, user.Settled{Status: user.Refused, Code: "DUPLICATE"}, false, rejects, "Correct the row or the settings first"},
		"refused, parked runs": {finished, "usersync ledger parked", user.Settled{Status: user.Refused, Code: "DUPLICATE"}, false, "usersync retry runs/r", "Correct"},
		"protected":            {finished, rejects, user.Settled{Status: user.Invalid, Code: user.CodeProtected}, false, "", "No later run in this directory had the user."},
		"failed":               {finished, rejects, user.Settled{Status: user.Failed, Code: "http_503"}, false, "usersync retry runs/r", "No later run in this directory had the user."},
		"in doubt":             {finished, rejects, user.Settled{Status: user.InDoubt, Code: user.CodeNoAnswer}, false, "usersync retry runs/r", "No later run in this directory had the user."},
		"created":              {finished, rejects, user.Settled{Status: user.Created}, false, "", ""},
		"stopped by the input": {stopped, goOn, user.Settled{Status: user.Created}, false, goOn, ""},
		"stopped before":       {stopped, "", user.Settled{Status: user.Created}, false, "usersync resume runs/r", ""},
		"killed":               {killed, goOn, user.Settled{Status: user.Failed}, false, "usersync resume runs/r", "No later run"},
		"sandbox":              {stopped, goOn, user.Settled{Status: user.Failed}, true, "", "No later run"},
	} {
		c2 := cause{run: &Run{State: c.state, Sandbox: c.sandbox, Path: "runs/r", ended: ending{Next: c.ended}}, row: writer.Result{Settled: c.of}, last: true}
		c2.row.File = "users.csv"
		if got, reject := c2.next(), c2.reject(); got != c.want || !strings.Contains(reject, c.says) || c.says != "" && strings.Contains(reject, "Correct") != strings.Contains(c.says, "Correct") {
			t.Errorf("%s: %q, %q", name, got, reject)
		}
	}
}

// A later run that has no outcome yet is not quoted without one, and a row of a run that was
// absorbed is in no rejects that a retry could send.
func TestLaterWithoutOutcome(t *testing.T) {
	c := cause{run: &Run{State: finished}, row: writer.Result{Settled: user.Settled{Status: user.Failed}}, last: true, later: []Run{{Run: "r2", Records: []Record{{Unwritten: true}}}}}
	c.row.File = "users.csv"
	if got := c.reject(); got != "A later run r2 had the user: not known yet." {
		t.Error(got)
	}
	c = cause{run: &Run{State: absorbed, Path: "runs/r", ended: ending{by: "r2"}}, row: writer.Result{Settled: user.Settled{Status: user.Failed}, Place: writer.Place{Row: unwritten}}, last: true}
	if got := c.next() + c.reject(); got != "" || !strings.Contains(c.decision(), "Run r2 has absorbed this run") {
		t.Errorf("%q, %s", got, c.decision())
	}
}

// A create is explained exactly where the settings of the run are known.
func TestWhyCreated(t *testing.T) {
	for want, c := range map[string]struct {
		asked    Asked
		attempts int
	}{
		"because the ledger did not know":         {Asked{Known: true, Ledger: true}, 1},
		"or the API had no such user. Results":    {Asked{Known: true, Ledger: true}, 2},
		"as every user is in a run without":       {Asked{Known: true}, 1},
		"the row asked for it, or the API had no": {Asked{Known: true, Ledger: true, ByRow: true}, 1},
		"the ledger, if there was one":            {Asked{}, 1},
	} {
		one := cause{run: &Run{}, asked: c.asked, header: journal.Header{Mode: "upsert"}, row: writer.Result{Settled: user.Settled{Action: user.Create, Attempts: c.attempts}}}
		if got := one.attempt(); !strings.Contains(got, want) {
			t.Errorf("%q: %s", want, got)
		}
	}
}

// endedRun writes what a run leaves that explain reads about its end.
func endedRun(t *testing.T, runs, name string, e ending) {
	t.Helper()
	dir := filepath.Join(runs, name)
	text, err := json.Marshal(e)
	if err == nil {
		err = os.Mkdir(dir, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "summary.json"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The newest run that did not have the user is told: for each destination and feed of a run that
// had them, and neither for retries nor for the sandbox.
func TestRunsWithoutTheUser(t *testing.T) {
	const older, newer, newest = "20260101T000000Z-aaaaaa", "20260102T000000Z-aaaaaa", "20260103T000000Z-aaaaaa"
	runs := t.TempDir()
	for _, name := range []string{older, newer, newest} {
		endedRun(t, runs, name, ending{State: report.Finished})
	}
	kard := journal.Scope{Destination: "kard", Feed: "f"}
	had := &searched{run: older, header: journal.Header{Run: older, Scope: kard}, rows: make([]writer.Result, 1)}
	without := func(name string, h journal.Header) *searched { h.Run = name; return &searched{run: name, header: h} }
	for name, c := range map[string]struct {
		newest []*searched
		want   string
	}{
		"newer":         {[]*searched{without(newest, journal.Header{Scope: kard}), without(newer, journal.Header{Scope: kard}), had}, newest},
		"older":         {[]*searched{{run: newest, header: had.header, rows: had.rows}, without(newer, journal.Header{Scope: kard})}, ""},
		"another feed":  {[]*searched{without(newer, journal.Header{Scope: journal.Scope{Destination: "kard", Feed: "g"}}), had}, ""},
		"another API":   {[]*searched{without(newer, journal.Header{Scope: journal.Scope{Destination: "scim", Feed: "f"}}), had}, ""},
		"a retry":       {[]*searched{without(newer, journal.Header{Scope: kard, Retry: journal.Retry{Retried: older}}), had}, ""},
		"a sandbox":     {[]*searched{without(newer, journal.Header{Scope: kard, Sandbox: true}), had}, ""},
		"not searched":  {[]*searched{{run: newer, header: journal.Header{Run: newer, Scope: kard}, why: "no index"}, had}, ""},
		"only finished": {[]*searched{without(newer, journal.Header{Scope: kard})}, ""},
	} {
		f := &Found{newest: c.newest}
		for _, s := range c.newest {
			if s.has() {
				f.Hits = append(f.Hits, Hit{Run: s.run, Header: s.header, Rows: s.rows})
			}
		}
		got := ""
		for _, w := range f.Without(runs) {
			got += w.Run
		}
		if got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Which run is newer the ledger knows: two that begin in the same second have names in any order.
func TestNewestByTheLedger(t *testing.T) {
	const first, second = "20260101T000000Z-zzzzzz", "20260101T000000Z-aaaaaa"
	run := func(name string, order int64) searched {
		return searched{run: name, header: journal.Header{Run: name, Registered: journal.Registered{Ledger: "l", Order: order}}, rows: make([]writer.Result, 1)}
	}
	f := new(search).sum([]searched{run(first, 1), run(second, 2)})
	if f.newest[0].run != second || f.Hits[0].Run != second || len(f.Without(t.TempDir())) != 0 {
		t.Errorf("%+v", f.Hits)
	}
}

// A run that stopped before the user is told with where it stopped, also if no run had them.
func TestStoppedBeforeTheUser(t *testing.T) {
	const name = "20260101T000000Z-aaaaaa"
	r := Run{State: stopped, Path: "runs/" + name, ended: ending{State: report.Stopped, UpTo: 700, Next: "usersync resume " + name}}
	if got := r.without(); !strings.Contains(got, "stopped after record 700") || r.goOn() != "usersync resume "+name {
		t.Errorf("%s, %s", got, r.goOn())
	}
	f := &Found{newest: []*searched{{run: name, header: journal.Header{Run: name}}}}
	all := f.Without(t.TempDir())
	if len(all) != 1 || all[0].State != killed || all[0].Next == "" {
		t.Errorf("%+v", all)
	}
}
