package parking

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"usersync/sync/ledger"
	"usersync/sync/user"
)

// nights is a feed that is sent night after night, and what is expected of it.
type nights struct {
	*testing.T
	ledger *ledger.Ledger
	now    time.Time
	run    int
	option Options
}

func newNights(t *testing.T) *nights {
	l, err := ledger.Open(t.Context(), ledger.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "ledger.db"), Scope: "kard|https://example.com|o"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if _, err := l.Lock(t.Context(), "r", 0); err != nil {
		t.Fatal(err)
	}
	return &nights{T: t, ledger: l, now: time.UnixMilli(1_790_000_000_000), option: Options{After: 3, Every: 7 * 24 * time.Hour, Settings: "s"}}
}

func row(id, name string) *user.Record {
	return &user.Record{Op: user.Upsert, Origin: user.Origin{Raw: id + "," + name},
		User: user.User{ID: id, Attributes: []user.Attribute{{Field: user.FirstName, Value: user.TextValue(name)}}}}
}

// refused is what an API answers for good.
func refused(r *user.Record, code string) user.Outcome {
	return user.Outcome{Record: r, Status: user.Refused, Code: code, HTTP: 422, Attempts: 1, Action: user.Create}
}

func of(r *user.Record, s user.Status) user.Outcome {
	return user.Outcome{Record: r, Status: s, Attempts: 1}
}

// night is one run: end returns how a record ends that is sent. It returns which records were
// not sent.
func (n *nights) night(finished bool, records []*user.Record, end func(*user.Record) user.Outcome) (parked map[string]bool) {
	n.Helper()
	n.run++
	run := fmt.Sprintf("run-%04d", n.run)
	if _, err := n.ledger.Runs().Register(n.Context(), ledger.Run{Name: run}, 0); err != nil {
		n.Fatal(err)
	}
	o := n.option
	o.Ledger, o.Now = n.ledger, n.now
	f, err := New(n.Context(), o)
	if err != nil {
		n.Fatal(err)
	}
	if err := f.Look(n.Context(), records); err != nil {
		n.Fatal(err)
	}
	parked = map[string]bool{}
	m := ledger.Checkpoint{Run: run, At: n.now, State: ledger.RunFinished}
	if !finished {
		m.State = ledger.RunStopped
	}
	var met []ledger.MetRow
	for _, r := range records {
		out := end(r)
		if r.Recurring != nil && r.Recurring.Refused != nil && r.Recurring.Refused.Parked {
			parked[r.User.ID] = true
			out = user.Outcome{Record: r, Status: user.Refused, Code: user.CodeParked}
		}
		if row, may := f.Met(&out); may {
			met = append(met, row)
		}
	}
	if err := n.ledger.Save(n.Context(), m, nil, met...); err != nil {
		n.Fatal(err)
	}
	n.now = n.now.Add(24 * time.Hour)
	return parked
}

// model is what must be true of one id: how often in a row the same row was refused alike.
type model struct {
	name, code string
	runs       int
	sent       time.Time
}

// Whatever the nights bring, exactly those are parked that the API has refused alike in three
// finished runs in a row, for seven days.
func TestParkedIsWhatRecurs(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			n, random := newNights(t), rand.New(rand.NewPCG(seed, 7))
			all := map[string]*model{}
			ids := []string{"a", "b", "c", "d", "e", "f"}
			names := map[string]string{}
			for range 30 {
				n.aNight(random, ids, names, all)
			}
		})
	}
}

func (n *nights) aNight(random *rand.Rand, ids []string, names map[string]string, all map[string]*model) {
	finished := random.IntN(6) > 0
	ends := map[string]user.Outcome{}
	var records []*user.Record
	for _, id := range ids {
		if random.IntN(20) == 0 || names[id] == "" {
			names[id] = fmt.Sprint("name", random.IntN(3))
		}
		if random.IntN(15) == 0 {
			continue // not in the input
		}
		r := row(id, names[id])
		records = append(records, r)
		ends[id] = refused(r, "bad_email")
		switch random.IntN(30) {
		case 0:
			ends[id] = refused(r, "bad_phone")
		case 1:
			ends[id] = of(r, user.Updated)
		case 2:
			ends[id] = user.Outcome{Record: r, Status: user.Failed, Code: "http_503", HTTP: 503, Attempts: 6}
		case 3:
			ends[id] = user.Outcome{Record: r, Status: user.InDoubt, Code: user.CodeNoAnswer, Attempts: 1}
		}
	}
	now := n.now
	parked := n.night(finished, records, func(r *user.Record) user.Outcome { return ends[r.User.ID] })
	for _, r := range records {
		m := all[r.User.ID]
		if m == nil || m.name != names[r.User.ID] {
			m = &model{name: names[r.User.ID]}
			all[r.User.ID] = m
		}
		want := m.runs >= 3 && now.Sub(m.sent) < 7*24*time.Hour
		if parked[r.User.ID] != want {
			n.Fatalf("night %d: %s is parked: %t; %+v", n.run, r.User.ID, parked[r.User.ID], m)
		}
		if !want {
			m.after(ends[r.User.ID], finished, now)
		}
	}
}

func (m *model) after(o user.Outcome, finished bool, now time.Time) {
	switch {
	case o.Status != user.Refused:
		m.runs, m.code = 0, ""
	case m.code != o.Code:
		m.runs, m.code, m.sent = 0, o.Code, now
	default:
		m.sent = now
	}
	if o.Status == user.Refused && finished {
		m.runs++
	}
}

// Rejects that are sent again between the nights are not nights: neither a retry nor a file
// that was edited counts. After a retry that is refused the days begin again, and one that succeeds ends it.
func TestRetriesDoNotCount(t *testing.T) {
	n := newNights(t)
	refuse := func(r *user.Record) user.Outcome { return refused(r, "bad") }
	again := func(name string, end func(*user.Record) user.Outcome) map[string]bool {
		r := row("a", name)
		r.Origin.Before = &user.Rejected{Run: "run-0001", Record: 1, Code: "bad"}
		n.now = n.now.Add(-24*time.Hour + time.Minute) // a minute after the run before
		return n.night(true, []*user.Record{r}, end)
	}
	night := func() bool { return n.night(true, []*user.Record{row("a", "name")}, refuse)["a"] }
	night()
	for range 5 {
		again("name", refuse)
		again("edited", refuse)
	}
	for i := range 2 {
		if night() {
			t.Fatalf("parked in night %d", i+2)
		}
	}
	if !night() {
		t.Error("not parked after three nights")
	}
	n.option.Retry = true
	again("name", func(r *user.Record) user.Outcome { return of(r, user.Updated) })
	n.option.Retry = false
	for i := range 3 {
		if night() {
			t.Errorf("parked %d nights after a retry succeeded", i+1)
		}
	}
}

// What could be cured by another try, and what takes access away, is never parked.
func TestNeverParked(t *testing.T) {
	bad := func(r *user.Record) user.Outcome { return refused(r, "bad") }
	status := func(status int) func(r *user.Record) user.Outcome {
		return func(r *user.Record) user.Outcome { o := refused(r, "bad"); o.HTTP = status; return o }
	}
	code := func(code string) func(r *user.Record) user.Outcome {
		return func(r *user.Record) user.Outcome { return refused(r, code) }
	}
	for name, c := range map[string]struct {
		row func(r *user.Record)
		end func(r *user.Record) user.Outcome
	}{
		"failed":          {nil, func(r *user.Record) user.Outcome { return of(r, user.Failed) }},
		"in doubt":        {nil, func(r *user.Record) user.Outcome { return of(r, user.InDoubt) }},
		"a rule of ours":  {nil, code(user.CodeSameUser)},
		"missing":         {nil, code(user.CodeMissing)},
		"not split":       {nil, code(user.CodeBatchRefused)},
		"a cure is known": {nil, code("licence_limit")},
		"not sent": {nil, func(r *user.Record) user.Outcome {
			return user.Outcome{Record: r, Status: user.Refused, Code: "exists"}
		}},
		"a delete":        {func(r *user.Record) { r.Op = user.Delete }, bad},
		"deletes at last": {nil, func(r *user.Record) user.Outcome { o := refused(r, "bad"); o.Action = user.Delete; return o }},
		"by a mirror":     {func(r *user.Record) { r.Origin.Absent = true }, bad},
		"perhaps sent":    {func(r *user.Record) { r.MaybeSent = true }, bad},
		"403":             {nil, status(403)},
		"424":             {nil, status(424)},
		"429":             {nil, status(429)},
		"503":             {nil, status(503)},
		"402":             {nil, status(402)},
		"410":             {nil, status(410)},
		"a lock":          {nil, code("UNABLE_TO_LOCK_ROW")},
		"a quota":         {nil, code("dailyQuotaExceeded")},
		"a limit":         {nil, code("Rate Limit")},
		"no account":      {with("accountEnabled", "false"), bad},
		"offboarded":      {with("employee_status", "Offboarded"), bad},
		"deactivated":     {with("active", "false"), bad},
		"cleared":         {with("active", ""), bad},
		"disabled":        {with("is_disabled", "yes"), bad},
		"suspended":       {with("account.status", "Suspended"), bad},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNights(t)
			n.option.Curable = func(code string) bool { return code == "licence_limit" }
			for range 5 {
				r := row("a", "x")
				if c.row != nil {
					c.row(r)
				}
				if parked := n.night(true, []*user.Record{r}, c.end); parked["a"] {
					t.Fatal("parked in night", n.run)
				}
			}
		})
	}
}

// with adds a field to a row.
func with(field user.Field, text string) func(r *user.Record) {
	return func(r *user.Record) {
		r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: field, Value: user.TextValue(text)})
	}
}

// A user who is active is like any other.
func TestActiveUsersAreParked(t *testing.T) {
	for _, field := range []func(r *user.Record){with("active", "true"), with("blocked", "0"), with("status", "gold"), with("is_member", "false")} {
		n, parked := newNights(t), map[string]bool{}
		for range 4 {
			r := row("a", "x")
			field(r)
			parked = n.night(true, []*user.Record{r}, func(r *user.Record) user.Outcome { return refused(r, "bad") })
		}
		if !parked["a"] {
			t.Error("not parked")
		}
	}
}

// A row is parked as long as nothing changes: the row, a setting, or the order to send it.
func TestParkedUntilSomethingChanges(t *testing.T) {
	for name, change := range map[string]func(n *nights) *user.Record{
		"the row":      func(*nights) *user.Record { return row("a", "y") },
		"a setting":    func(n *nights) *user.Record { n.option.Settings = "other"; return row("a", "x") },
		"retry":        func(n *nights) *user.Record { n.option.Retry = true; return row("a", "x") },
		"park_after":   func(n *nights) *user.Record { n.option.After = 4; return row("a", "x") },
		"off":          func(n *nights) *user.Record { n.option.After = 0; return row("a", "x") },
		"a week":       func(n *nights) *user.Record { n.now = n.now.AddDate(0, 0, 6).Add(-time.Minute); return row("a", "x") },
		"a wrong time": func(n *nights) *user.Record { n.now = n.now.AddDate(0, 0, -9); return row("a", "x") },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNights(t)
			end := func(r *user.Record) user.Outcome { return refused(r, "bad") }
			for range 3 {
				n.night(true, []*user.Record{row("a", "x")}, end)
			}
			if parked := n.night(true, []*user.Record{row("a", "x")}, end); !parked["a"] {
				t.Fatal("not parked")
			}
			n.now = n.now.Add(-24 * time.Hour)
			if parked := n.night(true, []*user.Record{change(n)}, end); parked["a"] {
				t.Error("still parked")
			}
		})
	}
}

// never is a time, too.
func TestParkedForever(t *testing.T) {
	n := newNights(t)
	n.option.Every = 0
	end := func(r *user.Record) user.Outcome { return refused(r, "bad") }
	for range 3 {
		n.night(true, []*user.Record{row("a", "x")}, end)
	}
	n.now = n.now.AddDate(0, 2, 0)
	if parked := n.night(true, []*user.Record{row("a", "x")}, end); !parked["a"] {
		t.Error("not parked")
	}
}

// An invalid row that stays the same is noted, with an id or without. It is never parked.
func TestInvalidRowsRecur(t *testing.T) {
	n := newNights(t)
	noted := 0
	for range 4 {
		bad := []*user.Record{row("a", "x"), {Op: user.Upsert, Origin: user.Origin{Raw: "a,b,c", Unparsed: true}}, {Op: user.Upsert, Origin: user.Origin{Raw: fmt.Sprint(n.run), Unparsed: true}}}
		noted = 0
		parked := n.night(true, bad, func(r *user.Record) user.Outcome {
			o := user.Outcome{Record: r, Status: user.Invalid, Code: "ragged"}
			if o.NoteRecurring(); r.Notes&user.StillInvalid != 0 {
				noted++
			}
			return o
		})
		if len(parked) > 0 {
			t.Error(parked)
		}
	}
	again := row("a", "x")
	again.Origin.Raw, again.Origin.Before = "as in rejects", &user.Rejected{Run: "run-0001", Record: 1}
	n.night(true, []*user.Record{again}, func(r *user.Record) user.Outcome {
		return user.Outcome{Record: r, Status: user.Invalid, Code: "ragged"}
	})
	rows, err := n.ledger.Runs().Recurring().Of(t.Context(), []string{"a"})
	if len(rows) != 1 || err != nil || rows[0].Runs != 4 {
		t.Error("after a reject that was fed in again:", rows, err)
	}
	if noted != 2 {
		t.Error(noted, "rows are noted in the fourth night")
	}
}

// What may be a delete or a deactivation and cannot be read always needs a person.
func TestUnreadRowsThatMayTakeAccess(t *testing.T) {
	for name, c := range map[string]struct {
		origin user.Origin
		takes  bool
		want   int
	}{
		"an operation that cannot be read": {user.Origin{OpUnread: true}, false, 0},
		"a row that cannot be parsed":      {user.Origin{Unparsed: true}, true, 0},
		"no row takes access":              {user.Origin{Unparsed: true}, false, 1},
		"another cell is invalid":          {user.Origin{}, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNights(t)
			n.option.TakesAccess = c.takes
			r := row("a", "x")
			c.origin.Raw = r.Origin.Raw
			r.Origin = c.origin
			n.night(true, []*user.Record{r}, func(r *user.Record) user.Outcome {
				return user.Outcome{Record: r, Status: user.Invalid, Code: "bad"}
			})
			if rows, err := n.ledger.Runs().Recurring().All(t.Context()); len(rows) != c.want || err != nil {
				t.Error(rows, err)
			}
		})
	}
}

// A row of an id that another row of the same run has settled does not recur.
func TestSettledByAnotherRow(t *testing.T) {
	n := newNights(t)
	n.option.After = 1
	for range 5 {
		parked := n.night(true, []*user.Record{row("a", "x"), row("a", "y")}, func(r *user.Record) user.Outcome {
			if r.User.Attributes[0].Value.Text == "x" {
				return refused(r, "bad")
			}
			return of(r, user.Updated)
		})
		if parked["a"] {
			t.Fatal("parked in night", n.run)
		}
	}
}

// Two rows of one id recur each on its own.
func TestTwoRowsOfOneID(t *testing.T) {
	n := newNights(t)
	for range 3 {
		n.night(true, []*user.Record{row("a", "x"), row("a", "y"), row("a", "x")}, func(r *user.Record) user.Outcome { return refused(r, "bad") })
	}
	rows, err := n.ledger.Runs().Recurring().All(t.Context())
	if len(rows) != 2 || err != nil || rows[0].Runs != 3 || rows[1].Runs != 3 {
		t.Error(rows, err)
	}
}

// others fills the ledger with more rows than are kept in memory, of users who are not in the
// input, and of rows without an id.
func (n *nights) others() {
	met := []ledger.MetRow{{Hash: 1, Status: user.Invalid, Code: "ragged", At: n.now}}
	for i := range most + 1 {
		met = append(met, ledger.MetRow{ID: fmt.Sprint("other", i), Status: user.Refused, Code: "bad", At: n.now, Sent: true})
	}
	if err := n.ledger.Save(n.Context(), ledger.Checkpoint{Run: "run-0", At: n.now}, nil, met...); err != nil {
		n.Fatal(err)
	}
}

// With very many rows in the ledger, those of each chunk are looked up.
func TestManyRows(t *testing.T) {
	n := newNights(t)
	n.others()
	refuse := func(r *user.Record) user.Outcome { return refused(r, "bad") }
	for night := range 4 {
		parked := n.night(true, []*user.Record{row("zz1", "x"), row("zz2", "x"), row("new", "x")}, refuse)
		if len(parked) == 3 != (night == 3) {
			t.Error(night, parked)
		}
	}
	n.night(true, []*user.Record{row("zz1", "corrected"), row("zz2", "x")}, func(r *user.Record) user.Outcome { return of(r, user.Updated) })
	if rows, err := n.ledger.Runs().Recurring().Of(t.Context(), []string{"zz1", "zz2"}); len(rows) != 1 || err != nil {
		t.Error("after zz1 was settled:", rows, err)
	}
}

// A row without an id recurs among very many others, whether its chunk asks for some of them
// or for none.
func TestManyRowsAndOneWithoutID(t *testing.T) {
	n := newNights(t)
	n.others()
	for night := range 5 {
		rows := []*user.Record{{Op: user.Upsert, Origin: user.Origin{Raw: "a,b,c", Unparsed: true}}}
		if night == 4 {
			rows = append(rows, row("other1", "x"))
		}
		n.night(true, rows, func(r *user.Record) user.Outcome {
			o := user.Outcome{Record: r, Status: user.Invalid, Code: "ragged"}
			o.NoteRecurring()
			return o
		})
		if noted := rows[0].Notes&user.StillInvalid != 0; noted != (night >= 3) {
			t.Error(night, noted)
		}
	}
}
