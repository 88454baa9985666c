package explain

import (
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
)

func whyOf(mode string, s user.Settled) string {
	s.File = "users.csv"
	c := cause{run: &Run{}, header: journal.Header{Mode: mode}, row: writer.Result{Settled: s}, last: true}
	return c.why()[0]
}

// What no file records is not claimed.
func TestWhy(t *testing.T) {
	for name, c := range map[string]struct {
		mode        string
		of          user.Settled
		says, never string
	}{
		"adopted without a read": {"upsert", user.Settled{Status: user.Unchanged, Code: user.CodeAssumed}, "the code gives", "ledger showed"},
		"adopted by a read":      {"upsert", user.Settled{Status: user.Unchanged, Code: user.CodeAdopted}, "A read of the user", "ledger showed"},
		"planned":                {"upsert", user.Settled{Status: user.Unchanged, Code: user.CodePlanned}, "the code gives", "ledger showed"},
		"the ledger had it":      {"upsert", user.Settled{Status: user.Unchanged}, "ledger showed", "read"},
		"a create after all":     {"upsert", user.Settled{Status: user.Created, Action: user.Create, Attempts: 2}, "or the API had no such user", "because"},
		"mode create":            {"create", user.Settled{Status: user.Created, Action: user.Create, Attempts: 1}, "mode create. The API confirmed it", "ledger"},
		"mode update":            {"update", user.Settled{Status: user.Updated, Action: user.Update, Attempts: 1}, "mode update", "ledger"},
		"accepted":               {"upsert", user.Settled{Status: user.Accepted, Action: user.Create, Attempts: 1, HTTP: 202}, "has confirmed nothing", "The API confirmed it"},
		"absent before":          {"delete", user.Settled{Status: user.Deleted, Code: user.CodeAlreadyAbsent, Action: user.Delete, Attempts: 1, HTTP: 404}, "the code gives", "The API confirmed it"},
		"not deleted":            {"delete", user.Settled{Status: user.Failed, Code: user.CodeNotDeleted, Action: user.Delete, Attempts: 1}, "the code gives", "get through"},
		"out of reach":           {"upsert", user.Settled{Status: user.Failed, Code: "http_503", Action: user.Create, Attempts: 5}, "did not get through in 5 calls", "the code gives"},
		"contradicted":           {"upsert", user.Settled{Status: user.InDoubt, Code: user.CodeContradicted, Action: user.Create, Attempts: 1}, "does not prove", "Neither"},
		"protected":              {"upsert", user.Settled{Status: user.Invalid, Code: user.CodeProtected}, "list of --protect", "row wrong"},
		"no answer":              {"upsert", user.Settled{Status: user.InDoubt, Code: user.CodeNoAnswer, Action: user.Create, Attempts: 1}, "Neither an answer", "does not prove"},
	} {
		if got := whyOf(c.mode, c.of); !strings.Contains(got, c.says) || strings.Contains(got, c.never) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A call is named in English.
func TestCallsInWords(t *testing.T) {
	for op, want := range map[user.Op]string{user.Update: "1 call, an update; ", user.Delete: "1 call, a delete; "} {
		if got := (&Record{Calls: Calls{Attempts: 1}, Action: op}).callsText(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", op, got)
		}
	}
	for want, r := range map[string]Record{
		"2 calls, the last one a read; ":        {Calls: Calls{Attempts: 2}, Action: user.Update, Outcome: user.Unchanged, Code: user.CodeSame},
		"a read, and none that carried the row": {Action: user.Create, Outcome: user.Unchanged, Code: user.CodeAdopted},
		"none":                                  {Outcome: user.Unchanged},
	} {
		if got := r.callsText(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", r.Code, got)
		}
	}
}

// A user without a known value, such as after a delete in doubt, is not said to be in the API.
func TestHeldInWords(t *testing.T) {
	for want, l := range map[string]Ledger{
		"held: the API has the user":                                        {State: "held", Fields: []string{"email"}},
		"held: the API had the user, and no value is known to be there now": {State: "held"},
		"accepted: the API took the user for later":                         {State: "accepted"},
		"pending: perhaps created, and looked up before anything is sent":   {State: "pending"},
	} {
		if got := l.inWords(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A value with a line break cannot add a line that looks like a fact.
func TestOneLine(t *testing.T) {
	p := &page{}
	p.fact("field", "note = x\n  outcome   created\x1b[2J")
	if got := p.text.String(); strings.Count(got, "\n") != 1 || strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
}

// What is left to do in the ledger is done in the ledger that was read.
func TestNextInTheLedger(t *testing.T) {
	for code, want := range map[string]string{user.CodeSameUser: "show --remote k-1", "": "resolve --help true u-1"} {
		c := cause{
			run: &Run{}, row: writer.Result{Settled: user.Settled{ID: "u-1", Status: user.InDoubt, Code: code, Remote: "k-1"}}, held: &Ledger{State: user.Pending.String()}, last: true,
			ledgerCommand: func(f config.Flag, verb string, ids ...string) string {
				return strings.TrimSpace(strings.Join(append([]string{verb, "--" + f.Name}, append([]string{f.Value}, ids...)...), " "))
			},
		}
		if got := c.next(); got != want {
			t.Errorf("%s: %s", code, got)
		}
	}
}
