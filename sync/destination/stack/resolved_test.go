package stack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// keyMaker is an API that assigns its users' keys: "k-" and the id.
type keyMaker struct{ readable }

func (k keyMaker) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	found, err := k.readable.Find(ctx, r)
	if found.Presence != destination.Absent && found.Presence != destination.Unknown {
		found.Remote = "k-" + r.User.ID
	}
	return found, err
}

func (k keyMaker) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	for _, r := range b.Records {
		if r.Remote == "k-old" {
			return []user.Outcome{{Status: user.Missing, HTTP: 404}}, nil
		}
		if b.Op != user.Create && r.Remote != "k-"+r.User.ID {
			return []user.Outcome{{Status: user.Refused, Code: "no_key"}}, nil
		}
	}
	return k.readable.Apply(ctx, b)
}

// An update or a delete looks up the key that the API assigned.
func TestResolved(t *testing.T) {
	for name, s := range map[string]struct {
		scene
		blind bool
		key   string // known beforehand
		want  user.Outcome
	}{
		"found":           {scene: scene{held: "a=0", op: user.Update}, want: user.Outcome{Status: user.Updated, Remote: "k-a"}},
		"known":           {scene: scene{held: "a=0", op: user.Update}, blind: true, key: "k-a", want: user.Outcome{Status: user.Updated, Remote: "k-a"}},
		"not there":       {scene: scene{op: user.Update, intent: user.Update}, want: user.Outcome{Status: user.Refused, Code: user.CodeMissing}},
		"gone already":    {scene: scene{op: user.Delete, intent: user.Delete}, want: user.Outcome{Status: user.InDoubt, Code: user.CodeUnprovedAbsent}},
		"nobody can tell": {scene: scene{held: "a=0", op: user.Delete, intent: user.Delete}, blind: true, want: user.Outcome{Status: user.Invalid, Code: user.CodeUnknownRemote}},
		"exists, and nobody can tell who": {scene: scene{replay: destination.Detectable, held: "a=0"}, blind: true,
			want: user.Outcome{Status: user.Refused, Code: user.CodeExists}},
		"missing under an old key, and found under a new one": {scene: scene{replay: destination.Unsafe, op: user.Update, held: "a=0"}, key: "k-old",
			want: user.Outcome{Status: user.Updated, Remote: "k-a"}},
		"exists, and is found": {scene: scene{replay: destination.Detectable, held: "a=0"}, want: user.Outcome{Status: user.Updated, Remote: "k-a"}},
	} {
		t.Run(name, func(t *testing.T) {
			s.traits = func(t *destination.Traits) { t.OwnKeys, t.Blind = true, s.blind }
			if s.op == "" {
				s.op = user.Create
			}
			if s.intent == "" {
				s.intent = user.Upsert
			}
			r := records("a=1", s.intent)[0]
			r.Remote = s.key
			got, err := aroundClient(keyMaker{readable{s.fake()}}, new(pacer), 2).Apply(t.Context(), user.Batch{Op: s.op, Records: []*user.Record{r}})
			if err != nil || got[0].Status != s.want.Status || got[0].Code != s.want.Code || got[0].Remote != s.want.Remote {
				t.Errorf("got %s %s %q (%v), want %s %s %q", got[0].Status, got[0].Code, got[0].Remote, err, s.want.Status, s.want.Code, s.want.Remote)
			}
		})
	}
}

// A user that a call that cannot be replayed may have created is looked up before
// anything is sent.
func TestLooksUpFirst(t *testing.T) {
	run(t, map[string]scene{
		"there":                            {held: "a=1", send: "?a=1", want: "created:read_back", calls: "-", api: noCalls},
		"not there":                        {send: "?a=1", want: "created", calls: "create a"},
		"there with other data":            {held: "a=0", send: "?a=1", want: "updated", calls: "update a"},
		"there with other data, in create": {held: "a=0", intent: user.Create, send: "?a=1", want: "refused:exists", calls: "-", api: noCalls},
		"nobody can tell":                  {held: "a=1", blind: true, send: "?a=1", want: "in_doubt:no_answer", calls: "-", api: noCalls},
		"beside one who was not sent":      {held: "a=1", send: "?a=1 b=2", want: "created:read_back created", calls: "create b"},
	})
}

// So is one that another record may have created, where the API notices a second create only by
// values that may have changed, and not by our id.
func TestLooksUpWhoMayHaveAnotherName(t *testing.T) {
	for name, s := range map[string]struct {
		traits  destination.Traits
		another bool // another record may have created the user
		held    string
		calls   string
	}{
		"there":                        {destination.Traits{OwnKeys: true}, true, "a=0", "update a"},
		"not there":                    {destination.Traits{OwnKeys: true}, true, "", "create a"},
		"by the same record":           {destination.Traits{OwnKeys: true}, false, "a=0", "create a, update a"},
		"by our id":                    {destination.Traits{}, true, "a=0", "create a, update a"},
		"nobody can tell":              {destination.Traits{OwnKeys: true, Blind: true}, true, "", "create a"},
		"nobody can tell without keys": {destination.Traits{OwnKeys: true, FindsByKey: true}, true, "", "create a"},
	} {
		t.Run(name, func(t *testing.T) {
			f := scene{replay: destination.Detectable, held: s.held, traits: func(t *destination.Traits) {
				t.OwnKeys, t.Blind, t.FindsByKey = s.traits.OwnKeys, s.traits.Blind, s.traits.FindsByKey
			}}.fake()
			r := records("?a=1", user.Upsert)
			r[0].PerhapsCreated = s.another
			var api destination.Destination = readable{f}
			if s.traits.OwnKeys {
				api = keyMaker{readable{f}}
			}
			_, err := aroundClient(api, new(pacer), 2).Apply(t.Context(), user.Batch{Op: user.Create, Records: r})
			if calls := strings.Join(f.calls, ", "); err != nil || calls != s.calls {
				t.Errorf("calls %s, want %s (%v)", calls, s.calls, err)
			}
		})
	}
}

// noCalls fails the test's comparison if any call is made.
func noCalls(f *fake) { f.calls = []string{"-"} }

// ledgerOf holds the recorded intents.
type ledgerOf struct{ pending map[string]bool }

func (l ledgerOf) RecordIntent(_ context.Context, records []*user.Record) error {
	for _, r := range records {
		l.pending[r.User.ID] = true
	}
	return nil
}

func (l ledgerOf) ClearIntent(_ context.Context, records []*user.Record) error {
	for _, r := range records {
		delete(l.pending, r.User.ID)
	}
	return nil
}

// An intent is recorded before a create that cannot be replayed, and removed only for
// records that were certainly not sent.
func TestIntentRecorded(t *testing.T) {
	for name, s := range map[string]struct {
		fault   fault
		pending bool
	}{"created": {none, true}, "denied": {denied, false}, "lost, and then denied": {lostAfter, true}} {
		t.Run(name, func(t *testing.T) {
			f := scene{faults: []fault{s.fault}, reads: []fault{denied}}.fake()
			l := ledgerOf{map[string]bool{}}
			seen := false
			f.applied = func(n int, b user.Batch) fault {
				seen = l.pending[b.Records[0].User.ID]
				return s.fault
			}
			b := user.Batch{Op: user.Create, Records: records("a=1", user.Upsert)}
			_, err := recording(readable{f}, l).Apply(t.Context(), b)
			if (err != nil) != (s.fault != none) || !seen || l.pending["a"] != s.pending || b.Records[0].IntentRecorded != s.pending {
				t.Errorf("error %v, recorded before the call: %t, pending after it: %t", err, seen, l.pending["a"])
			}
		})
	}
}

// recording is the middleware that matters for intents.
func recording(client destination.API, l limited.Intents) destination.API {
	inner := limited.Limited{Destination: limited.IntentRecorded{Destination: client, Intents: l}, Pacer: new(pacer), Wire: context.Background()}
	return stack.Verified{API: stack.Retried{API: inner, Pacer: new(pacer)}}
}

// torn is an API that leaves creates in doubt, cannot show "a", and denies access to
// all other users.
type torn struct{ readable }

func (torn) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes := make([]user.Outcome, len(b.Records))
	for i, r := range b.Records {
		r.MaybeSent = true
		outcomes[i] = user.Outcome{Record: r, Status: user.InDoubt}
	}
	return outcomes, nil
}

func (torn) Find(_ context.Context, r *user.Record) (destination.Found, error) {
	if r.User.ID == "a" {
		return destination.Found{}, nil
	}
	return destination.Found{}, &destination.CallError{Fault: destination.Denied}
}

// If a read-back cannot show a user, its intent stays recorded when the read-back of
// another user of the batch ends the run.
func TestIntentStaysIfInconclusive(t *testing.T) {
	l := ledgerOf{map[string]bool{}}
	b := user.Batch{Op: user.Create, Records: records("a=1 b=2", user.Upsert)}
	_, err := recording(torn{readable{scene{replay: destination.Unsafe}.fake()}}, l).Apply(t.Context(), b)
	if err == nil || !l.pending["a"] || !l.pending["b"] || !b.Records[0].MaybeSent || !b.Records[0].IntentRecorded {
		t.Errorf("%v, pending %v", err, l.pending)
	}
}

// ending is an intent store during whose work something happens.
type ending struct {
	ledgerOf
	during func() error
}

func (e ending) RecordIntent(ctx context.Context, records []*user.Record) error {
	return errors.Join(e.ledgerOf.RecordIntent(ctx, records), e.during())
}

// turns counts the turns that it gives and those that come back unused.
type turns struct {
	pacer
	given, unused int
}

func (c *turns) Begin(ctx context.Context) (func(int, bool), error) {
	end, err := c.pacer.Begin(ctx)
	if err != nil {
		return nil, err
	}
	c.given++
	return func(status int, answered bool) {
		if status == limited.NotMade {
			c.unused++
		}
		end(status, answered)
	}, nil
}

// A call is made only while it is its turn, and an intent stays only for a call that
// was made.
func TestIntentAndTurn(t *testing.T) {
	why, full := errors.New("denied elsewhere"), errors.New("no room on the disk")
	for name, test := range map[string]struct {
		takes         time.Duration // to record the intent
		ends          bool          // the run ends while it is recorded
		fails         error
		want          error
		given, unused int
	}{
		"recorded at once":                {0, false, nil, nil, 1, 0},
		"recorded within the turn":        {100 * time.Millisecond, false, nil, nil, 1, 0},
		"recorded long after the turn":    {101 * time.Millisecond, false, nil, nil, 2, 1},
		"the run ends meanwhile":          {0, true, nil, why, 1, 1},
		"the run ends, after a long time": {time.Second, true, nil, why, 1, 1},
		"not recorded":                    {0, false, full, full, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, end := context.WithCancelCause(t.Context())
				l := ending{ledgerOf{map[string]bool{}}, func() error {
					time.Sleep(test.takes)
					if test.ends {
						end(why)
					}
					return test.fails
				}}
				p := new(turns)
				f := scene{replay: destination.Unsafe}.fake()
				b := user.Batch{Op: user.Create, Records: records("a=1 ?b=2", user.Upsert)}
				inner := limited.Limited{Destination: limited.IntentRecorded{Destination: readable{f}, Intents: l}, Pacer: p, Wire: context.Background()}
				_, err := inner.Apply(ctx, b)
				made := test.want == nil
				if !errors.Is(err, test.want) || len(f.calls) > 0 != made || l.pending["a"] != made || !l.pending["b"] {
					t.Errorf("%v, calls %v, pending %v", err, f.calls, l.pending)
				}
				if p.given != test.given || p.unused != test.unused {
					t.Errorf("%d turns, %d of them unused", p.given, p.unused)
				}
			})
		})
	}
}

// A call that was certainly not taken leaves no intent while it waits for another
// attempt: a process that is killed then leaves nothing in doubt.
func TestNoIntentBetweenAttempts(t *testing.T) {
	for f, pending := range map[fault]bool{busy429: false, busy503After: false, whole400: false, denied: false, lostBefore: true, error500: true, busy503: true, whole409: true} {
		l := ledgerOf{map[string]bool{}}
		api := scene{replay: destination.Unsafe, faults: []fault{f}}.fake()
		b := user.Batch{Op: user.Create, Records: records("a=1", user.Upsert)}
		inner := limited.Limited{Destination: limited.IntentRecorded{Destination: readable{api}, Intents: l}, Pacer: new(pacer), Wire: context.Background()}
		if _, err := inner.Apply(t.Context(), b); err == nil || l.pending["a"] != pending || b.Records[0].IntentRecorded != pending {
			t.Errorf("%s: pending %t (%v)", f, l.pending["a"], err)
		}
	}
}

// A read that fails affects its own user only; the others are sent.
func TestResolvedReadFails(t *testing.T) {
	for read, test := range map[fault]struct {
		want string
		err  bool
	}{
		none: {"updated updated _missing", false}, busy503: {"updated _busy _missing", false}, error500: {"updated _busy _missing", false},
		whole400: {"updated refused _missing", false}, denied: {"", true},
	} {
		f := scene{held: "a=0 b=0"}.fake()
		f.traits.OwnKeys = true
		f.found = func(n int) fault {
			if n == 1 {
				return read
			}
			return none
		}
		b := user.Batch{Op: user.Update, Records: records("a=1 b=1 c=1", user.Update)}
		outcomes, err := stack.Resolved{API: keyMaker{readable{f}}}.Apply(t.Context(), b)
		var got []string
		for _, o := range outcomes {
			got = append(got, string(o.Status))
		}
		if strings.Join(got, " ") != test.want || (err != nil) != test.err {
			t.Errorf("%s: %v %v, want %s", read, got, err, test.want)
		}
	}
}

// byKey is an API that finds users only by the keys that it assigned. Each create
// assigns a new one.
type byKey struct{ readable }

func (k byKey) key(id string) string { return fmt.Sprintf("k-%s-%d", id, k.created[id]) }

func (k byKey) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	switch r.Remote {
	case "":
		return destination.Found{}, nil
	case k.key(r.User.ID):
		return k.readable.Find(ctx, r)
	}
	return destination.Found{Presence: destination.Absent, HTTP: 404}, nil
}

func (k byKey) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if r := b.Records[0]; b.Op != user.Create && r.Remote != k.key(r.User.ID) {
		return []user.Outcome{{Status: user.Missing, HTTP: 404}}, nil
	}
	return k.readable.Apply(ctx, b)
}

// An old key that leads nowhere says nothing about a create that may have been taken.
func TestOldKeys(t *testing.T) {
	for name, c := range map[string]struct {
		op      user.Op
		maybe   bool
		faults  []fault
		want    user.Status
		creates int
	}{
		"the user was removed, and is made anew": {op: user.Update, want: user.Created, creates: 1},
		"the answer to that is lost":             {op: user.Update, faults: []fault{lostAfter}, want: user.InDoubt, creates: 1},
		"perhaps made anew before":               {op: user.Create, maybe: true, want: user.InDoubt},
	} {
		t.Run(name, func(t *testing.T) {
			f := scene{faults: c.faults, traits: func(t *destination.Traits) { t.OwnKeys = true }}.fake()
			r := records("a=1", user.Upsert)[0]
			r.Remote, r.MaybeSent = "k-a-old", c.maybe
			got, err := aroundClient(byKey{readable{f}}, new(pacer), 2).Apply(t.Context(), user.Batch{Op: c.op, Records: []*user.Record{r}})
			if err != nil || got[0].Status != c.want || f.created["a"] != c.creates {
				t.Errorf("%s %s (%v), created %d times; want %s, %d times", got[0].Status, got[0].Code, err, f.created["a"], c.want, c.creates)
			}
		})
	}
}
