package stack_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// shown is an API whose updates need a read, and whose Apply must not be called.
type shown struct {
	traits destination.Traits
	holds  map[string]string // emails by id
	reads  []string
	fails  int // the first reads
}

func (a *shown) Traits() destination.Traits { return a.traits }
func (a *shown) Check(*user.Record) error   { return nil }

func (a *shown) Apply(context.Context, user.Batch) ([]user.Outcome, error) {
	return nil, errors.New("a plan has sent something")
}

func (a *shown) Find(_ context.Context, r *user.Record) (destination.Found, error) {
	a.reads = append(a.reads, r.User.ID)
	if a.fails > 0 {
		a.fails--
		return destination.Found{}, &destination.CallError{Status: 500, Code: "http_500"}
	}
	email, there := a.holds[r.User.ID]
	if !there {
		return destination.Found{Presence: destination.Absent}, nil
	}
	held := []user.Attribute{{Field: user.Email, Value: user.Value{Text: email}}, {Field: user.Phone, Value: user.Value{Text: "1"}}}
	if sent, _ := r.User.Value(user.Email); sent.Text != email {
		return destination.Found{Presence: destination.Different, Held: held}, nil
	}
	return destination.Found{Presence: destination.Same, Held: held}, nil
}

func newShown(holds map[string]string) *shown {
	ops := map[user.Op]destination.OpTraits{
		user.Create: {Max: 100, Replay: destination.Detectable},
		user.Update: {Max: 1, Replay: destination.Safe, Merge: true},
		user.Delete: {Max: 1, Replay: destination.Safe},
	}
	return &shown{holds: holds, traits: destination.Traits{Name: "fake", Ops: ops, Fields: []user.Field{user.Email, user.Phone}}}
}

// whole is a user with every field, so an update needs no read.
func whole(r *user.Record) *user.Record {
	r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: user.Phone, Value: user.Value{Text: "1"}})
	return r
}

func emailed(id, email string, op user.Op) *user.Record {
	return &user.Record{Op: op, User: user.User{ID: id, Attributes: []user.Attribute{{Field: user.Email, Value: user.Value{Text: email}}}}}
}

// The outcome of a batch if every call succeeds, and the calls that it takes.
func TestDry(t *testing.T) {
	for name, c := range map[string]struct {
		op      user.Op
		records []*user.Record
		read    bool
		traits  func(*destination.Traits)
		want    string // outcomes
		calls   string
		reads   string // made
	}{
		"creates are one call": {
			op: user.Create, records: []*user.Record{emailed("a", "1", user.Upsert), emailed("b", "1", user.Upsert)},
			want: "created created", calls: "create:1",
		},
		"an update that leaves something out is read first": {
			op: user.Update, records: []*user.Record{emailed("a", "1", user.Upsert)},
			want: "updated", calls: "read:1 update:1",
		},
		"a whole user is not": {
			op: user.Update, records: []*user.Record{whole(emailed("a", "1", user.Upsert))},
			want: "updated", calls: "update:1",
		},
		"a read that shows no difference needs no update": {
			op: user.Update, records: []*user.Record{emailed("a", "0", user.Upsert)}, read: true,
			want: "unchanged:same", calls: "read:1", reads: "a",
		},
		"a read that shows another value does": {
			op: user.Update, records: []*user.Record{emailed("a", "1", user.Upsert)}, read: true,
			want: "updated", calls: "read:1 update:1", reads: "a",
		},
		"who is missing is created": {
			op: user.Update, records: []*user.Record{emailed("c", "1", user.Upsert)}, read: true,
			want: "created", calls: "create:1 read:1", reads: "c",
		},
		"who is missing is refused in mode update": {
			op: user.Update, records: []*user.Record{emailed("c", "1", user.Update)}, read: true,
			want: "refused:missing", calls: "read:1", reads: "c",
		},
		"deletes are not read": {
			op: user.Delete, records: []*user.Record{emailed("a", "1", user.Delete)}, read: true,
			want: "deleted", calls: "delete:1",
		},
		"a delete needs the key that the API made": {
			op: user.Delete, records: []*user.Record{emailed("a", "1", user.Delete)},
			traits: func(t *destination.Traits) { t.OwnKeys = true },
			want:   "deleted", calls: "delete:1 read:1",
		},
		"the read before an update finds the key that the API made as well": {
			op: user.Update, records: []*user.Record{emailed("a", "0", user.Upsert)}, read: true,
			traits: func(t *destination.Traits) { t.OwnKeys = true },
			want:   "unchanged:same", calls: "read:1", reads: "a",
		},
		"an API without read-back is not read": {
			op: user.Update, records: []*user.Record{emailed("a", "1", user.Upsert)}, read: true,
			traits: func(t *destination.Traits) { t.Blind = true },
			want:   "updated", calls: "update:1",
		},
		"who was perhaps created by a call that cannot be made again is looked up": {
			op: user.Create, records: []*user.Record{{Op: user.Upsert, Sending: user.Sending{MaybeSent: true}, User: user.User{ID: "a"}}},
			traits: func(t *destination.Traits) { t.Ops[user.Create] = destination.OpTraits{Max: 1} },
			want:   "created", calls: "create:1 read:1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			api := newShown(map[string]string{"a": "0", "b": "0"})
			if c.traits != nil {
				c.traits(&api.traits)
			}
			var calls destination.Calls
			dry := &stack.Dry{API: api, Calls: &calls, Read: c.read}
			outcomes, err := dry.Apply(t.Context(), user.Batch{Op: c.op, Records: c.records})
			if err != nil {
				t.Fatal(err)
			}
			if got := words(outcomes); got != c.want {
				t.Errorf("outcomes %q, want %q", got, c.want)
			}
			if got := counted(&calls); got != c.calls {
				t.Errorf("calls %q, want %q", got, c.calls)
			}
			if got := strings.Join(api.reads, " "); got != c.reads {
				t.Errorf("reads of %q, want %q", got, c.reads)
			}
		})
	}
}

// A read shows what the API holds before the plan is applied, not what an earlier
// record of the same user will have changed by then.
func TestDryDoesNotReadUsersItChanges(t *testing.T) {
	api := newShown(map[string]string{"a": "0"})
	dry := &stack.Dry{API: api, Read: true}
	for i, email := range []string{"1", "0"} {
		outcomes, err := dry.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{emailed("a", email, user.Upsert)}})
		if err != nil || words(outcomes) != "updated" {
			t.Errorf("record %d: %s, %v", i+1, words(outcomes), err)
		}
	}
	if len(api.reads) != 1 {
		t.Errorf("%d reads", len(api.reads))
	}
}

// A failed read is retried, and the predicted calls are counted once.
func TestDryReadsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := newShown(map[string]string{"a": "0"})
		api.fails = 2
		var calls destination.Calls
		inner := limited.Limited{Destination: api, Pacer: &pacer{}, Wire: t.Context()}
		dry := stack.Retried{API: &stack.Dry{API: inner, Calls: &calls, Read: true}, Pacer: &pacer{}, Retries: 5}
		outcomes, err := dry.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{emailed("a", "1", user.Upsert)}})
		if err != nil || words(outcomes) != "updated" {
			t.Errorf("%s, %v", words(outcomes), err)
		}
		if got := counted(&calls); got != "read:1 update:1" || len(api.reads) < 3 { // one more checks whether the API is there
			t.Errorf("calls %q, %d reads", got, len(api.reads))
		}
	})
}

func words(outcomes []user.Outcome) string {
	var words []string
	for _, o := range outcomes {
		word := string(o.Status)
		if o.Code != "" {
			word += ":" + o.Code
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func counted(c *destination.Calls) string {
	var words []string
	for kind, met := range c.Counts() {
		n := 0
		for count := range maps.Values(met) {
			n += count
		}
		words = append(words, kind+":"+string(rune('0'+n)))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}
