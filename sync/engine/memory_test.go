package engine_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// stale is a ledger that never learns: it answers as if it had seen no outcome of this
// run yet. It keeps the user's value in place of the remote key.
type stale struct{ value string }

func (s stale) Lookup(_ context.Context, ids []string, _ []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for i := range known {
		known[i] = user.LedgerEntry{State: user.Present, Remote: s.value}
	}
	return known, nil
}

func (stale) Checkpointed() int { return 0 }

func (stale) Unchanged(k user.LedgerEntry, u *user.User) bool {
	return k.Remote == u.Attributes[0].Value.Text
}

func (stale) Apply(k user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if o.Status == user.Updated {
		k.Remote = o.Record.User.Attributes[0].Value.Text
	}
	return k
}

// A later row of an id is compared with what the earlier row sent, not with what
// the ledger held before the run: the ledger holds A, the rows say B and then A,
// and the API must end up with A.
func TestLaterRowOfAnIDSeesTheEarlierOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			values []string
			want   []user.Status
		}{
			"changed and changed back": {[]string{"B", "A"}, []user.Status{user.Updated, user.Updated}},
			"changed and repeated":     {[]string{"B", "B"}, []user.Status{user.Updated, user.Unchanged}},
			"the same, changed, again": {[]string{"A", "B", "B"}, []user.Status{user.Unchanged, user.Updated, user.Unchanged}},
			"back and forth":           {[]string{"B", "A", "B"}, []user.Status{user.Updated, user.Updated, user.Updated}},
			"never different":          {[]string{"A", "A"}, []user.Status{user.Unchanged, user.Unchanged}},
		} {
			// At once, the later row waits for the earlier one; an hour later, it is settled.
			for _, pause := range []time.Duration{0, time.Hour} {
				out := new(results)
				job := engine.Job{Records: valued(c.values, pause), Destination: newAPI(out, 100*time.Millisecond), Results: out, Ledger: stale{"A"}, Limits: engine.Limits{BatchSize: 1}}
				if _, err := job.Run(t.Context()); err != nil {
					t.Fatal(name, err)
				}
				for i, o := range out.list {
					if o.Status != c.want[i] {
						t.Errorf("%s, %v apart: row %d is %s, want %s", name, pause, i+1, o.Status, c.want[i])
					}
				}
			}
		}
	})
}

// What needs no call is settled when it is planned, unless an earlier start of the run has settled
// it.
func TestWhatNeedsNoCallIsSettledAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, out := time.Now(), new(results)
		earlier := engine.Resumed{MaybeSentTo: 2, OutcomeOf: func(r *user.Record) (user.Outcome, bool, error) {
			return user.Outcome{Record: r, Status: user.Updated, At: began.Add(-time.Minute)}, r.Origin.Record == 2, nil
		}}
		job := engine.Job{Records: valued([]string{"A", "B", "B"}, time.Hour), Destination: newAPI(out, 0), Results: out, Ledger: stale{"A"}, Resumed: earlier}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range []time.Duration{0, -time.Minute, 2 * time.Hour} {
			if got := out.list[i].At.Sub(began); got != want {
				t.Errorf("row %d was settled after %v, want %v", i+1, got, want)
			}
		}
	})
}

// valued yields a row of one user for each value, with pauses in between.
func valued(values []string, pause time.Duration) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		for i, v := range values {
			u := user.User{ID: "u1", Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue(v)}}}
			r := &user.Record{Origin: user.Origin{Record: i + 1, Raw: v}, Op: user.Upsert, User: u}
			if !yield([]*user.Record{r}, nil) {
				return
			}
			time.Sleep(pause)
		}
	}
}

// byID is a ledger that holds the value of each id.
type byID map[string]string

func (v byID) Lookup(_ context.Context, ids []string, _ []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for i, id := range ids {
		if value, held := v[id]; held {
			known[i] = user.LedgerEntry{State: user.Present, Remote: value}
		}
	}
	return known, nil
}

func (byID) Checkpointed() int { return 0 }

func (byID) Unchanged(k user.LedgerEntry, u *user.User) bool { return stale{}.Unchanged(k, u) }

func (byID) Apply(k user.LedgerEntry, o *user.Outcome) user.LedgerEntry { return stale{}.Apply(k, o) }

// What the ledger knows is that of the record, also after records that it is not asked for.
func TestKnownAfterInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		record := func(n int, id, value string, err error) *user.Record {
			u := user.User{ID: id, Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue(value)}}}
			return &user.Record{Origin: user.Origin{Record: n, Raw: value}, Op: user.Upsert, User: u, Err: err}
		}
		invalid := user.NewInvalidError("bad", user.Email, "is bad", "")
		records := func(yield func([]*user.Record, error) bool) {
			yield([]*user.Record{record(1, "a", "A", nil), record(2, "x", "X", invalid), record(3, "b", "B", nil), record(4, "y", "Y", invalid), record(5, "c", "new", nil)}, nil)
		}
		job := engine.Job{Records: records, Destination: newAPI(out, time.Millisecond), Results: out, Ledger: byID{"a": "A", "b": "B", "c": "C"}}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range []user.Status{user.Unchanged, user.Invalid, user.Unchanged, user.Invalid, user.Updated} {
			if got := out.list[i].Status; got != want {
				t.Errorf("row %d is %s, want %s", i+1, got, want)
			}
		}
	})
}

// waiting is a ledger whose users are pending, by id.
type waiting map[string]bool

func (w waiting) Lookup(_ context.Context, ids []string, _ []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for i, id := range ids {
		if w[id] {
			known[i].State = user.Pending
		}
	}
	return known, nil
}

func (waiting) Checkpointed() int { return 0 }

func (waiting) Unchanged(user.LedgerEntry, *user.User) bool { return false }

// Apply is as of a ledger.
func (waiting) Apply(k user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if o.Status == user.InDoubt && o.Action == user.Create {
		k.State = user.Pending
	}
	return k
}

// doubtful is an API that leaves every user in doubt. It keeps what it is told of each row.
type doubtful struct {
	*api
	sending map[int]user.Sending
}

func (d doubtful) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes := make([]user.Outcome, len(b.Records))
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, r := range b.Records {
		d.sending[r.Origin.Record] = r.Sending
		outcomes[i] = user.Outcome{Record: r, Action: b.Op, Status: user.InDoubt, Code: user.CodeNoAnswer}
	}
	return outcomes, nil
}

// A user is perhaps created if the ledger says so or an earlier row left it in doubt. That the
// same row was perhaps sent before is something different.
func TestPerhapsCreated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := func(yield func([]*user.Record, error) bool) {
			for n, id := range []string{"new", "pending", "sent", "new"} {
				u := user.User{ID: id, Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue(id)}}}
				yield([]*user.Record{{Origin: user.Origin{Record: n + 1, Raw: id}, Op: user.Upsert, User: u}}, nil)
			}
		}
		earlier := engine.Resumed{MaybeSentTo: 4, OutcomeOf: func(*user.Record) (user.Outcome, bool, error) { return user.Outcome{}, false, nil },
			WasSent: func(r *user.Record) bool { return r.Origin.Record == 3 }}
		out := new(results)
		d := doubtful{newAPI(out, 0), map[int]user.Sending{}}
		job := engine.Job{Records: records, Destination: d, Results: out, Ledger: waiting{"pending": true}, Limits: engine.Limits{BatchSize: 1}, Resumed: earlier}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for n, want := range []user.Sending{{}, {MaybeSent: true, PerhapsCreated: true}, {MaybeSent: true}, {MaybeSent: true, PerhapsCreated: true}} {
			if got := d.sending[n+1]; got.MaybeSent != want.MaybeSent || got.PerhapsCreated != want.PerhapsCreated {
				t.Errorf("row %d is sent with %+v, want %+v", n+1, got, want)
			}
		}
	})
}

// A record that an earlier start has settled tells the ledger whose user it is, too: a user who got
// the record's id from that start is there although a create was refused.
func TestSettledRecordsOfRenamedUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settled := user.Outcome{Status: user.Refused, Action: user.Create, Code: user.CodeExists, HTTP: 409}
		earlier := engine.Resumed{MaybeSentTo: 2,
			OutcomeOf: func(r *user.Record) (user.Outcome, bool, error) {
				o := settled
				o.Record = r
				return o, true, nil
			},
			WasRenamed: func(r *user.Record, _ user.LedgerEntry) bool { return r.Origin.Record == 1 }}
		out := new(results)
		job := engine.Job{Records: input(2, user.Upsert, own), Destination: newAPI(out, 0), Results: out, Ledger: waiting{}, Resumed: earlier}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !out.list[0].Record.Renamed || out.list[1].Record.Renamed {
			t.Errorf("renamed: %t and %t, want the first", out.list[0].Record.Renamed, out.list[1].Record.Renamed)
		}
	})
}

// A row that comes after the deletion of its user is known to, until the ledger shows it.
func TestDeletedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := func(yield func([]*user.Record, error) bool) {
			for n, r := range []user.Record{{Op: user.Upsert}, {Op: user.Delete}, {Op: user.Upsert}, {Op: user.Upsert}} {
				r.Origin, r.User.ID = user.Origin{Record: n + 1, Raw: "a"}, "a"
				r.User.Attributes = []user.Attribute{{Field: user.Email, Value: user.TextValue(string(r.Op))}}
				yield([]*user.Record{&r}, nil)
			}
		}
		out := new(results)
		d := telling{newAPI(out, 0), map[int]user.Sending{}}
		job := engine.Job{Records: records, Destination: d, Results: out, Ledger: presence{}, Limits: engine.Limits{BatchSize: 1}}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for n, want := range []bool{false, false, true, false} {
			if got := d.sending[n+1].DeletedBefore; got != want {
				t.Errorf("row %d: %t, want %t", n+1, got, want)
			}
		}
	})
}

// presence is a ledger that holds no one, and learns who is there.
type presence struct{ waiting }

func (presence) Apply(k user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	k.State = user.Present
	if o.Status == user.Deleted {
		k.State = user.Absent
	}
	return k
}

// telling is an API that makes its users' keys, and keeps what it is told of each row.
type telling struct {
	*api
	sending map[int]user.Sending
}

func (d telling) Traits() destination.Traits {
	t := d.api.Traits()
	t.OwnKeys = true
	return t
}

func (d telling) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	d.mu.Lock()
	for _, r := range b.Records {
		d.sending[r.Origin.Record] = r.Sending
	}
	d.mu.Unlock()
	return d.api.Apply(ctx, b)
}

// accepts is a ledger whose users the API has accepted for later, as they were sent.
type accepts struct{ waiting }

func (accepts) Lookup(_ context.Context, ids []string, _ []user.LedgerEntry) ([]user.LedgerEntry, error) {
	return slices.Repeat([]user.LedgerEntry{{State: user.AcceptedLater}}, len(ids)), nil
}

func (accepts) Unchanged(user.LedgerEntry, *user.User) bool { return true }

// A user who was accepted for later is there: not sent again unchanged, nor created twice.
func TestAcceptedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := func(yield func([]*user.Record, error) bool) {
			for n, op := range []user.Op{user.Upsert, user.Create} {
				id := string(op)
				yield([]*user.Record{{Origin: user.Origin{Record: n + 1, Raw: id}, Op: op, User: user.User{ID: id}}}, nil)
			}
		}
		out := new(results)
		job := engine.Job{Records: records, Destination: newAPI(out, 0), Results: out, Ledger: accepts{}}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range []user.Outcome{{Status: user.Unchanged}, {Status: user.Refused, Code: user.CodeExists}} {
			if got := out.list[i]; got.Status != want.Status || got.Code != want.Code || got.Attempts > 0 {
				t.Errorf("row %d: %s %s after %d calls, want %s %s without one", i+1, got.Status, got.Code, got.Attempts, want.Status, want.Code)
			}
		}
	})
}
