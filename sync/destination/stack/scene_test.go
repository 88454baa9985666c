package stack_test

import (
	"cmp"
	"context"
	"fmt"
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

// scene is one batch on its way through all the middleware.
type scene struct {
	replay  destination.Replay
	traits  func(*destination.Traits) // changes the default: 100 creates, 1 update, 1 delete per call
	blind   bool                      // the API has no read-back
	api     func(*fake)
	held    string  // what the API holds before: id=email, separated by spaces
	op      user.Op // the call; create if empty
	intent  user.Op // upsert if empty
	send    string  // id=email; with a leading ?: may have been sent before; without =email: no attribute
	faults  []fault // of the calls, in order
	reads   []fault // of the read-backs
	retries int     // 2 if 0
	adopt   *stack.Adoption

	want  string // status[:code] of each record, separated by spaces
	err   string // the error that ends the run
	calls string // the calls made, separated by commas; not checked if empty
	holds string // what the API holds after; not checked if empty
}

func run(t *testing.T, scenes map[string]scene) {
	for name, s := range scenes {
		t.Run(name, func(t *testing.T) { synctest.Test(t, s.play) })
	}
}

func (s scene) play(t *testing.T) {
	api := s.fake()
	batch := user.Batch{Number: 1, Op: cmp.Or(s.op, user.Create), Records: records(s.send, cmp.Or(s.intent, user.Upsert))}
	o := options(new(pacer), max(s.retries, 2))
	o.Adopt = s.adopt
	outcomes, err := o.Wrap(api.client(s.blind)).Apply(context.Background(), batch)
	var got []string
	for i, o := range outcomes {
		if o.Record != batch.Records[i] {
			t.Errorf("outcome %d is not that of its record", i)
		}
		word := strings.TrimSuffix(string(o.Status)+":"+o.Code, ":")
		if o.Status == user.Unsettled {
			word = "unsettled"
		}
		got = append(got, word)
	}
	if text := strings.Join(got, " "); text != s.want {
		t.Errorf("got  %s\nwant %s", text, s.want)
	}
	if text := fmt.Sprint(err); text != cmp.Or(s.err, "<nil>") {
		t.Errorf("error %s, want %s", text, s.err)
	}
	if calls := strings.Join(api.calls, ", "); s.calls != "" && calls != s.calls {
		t.Errorf("calls %s\nwant  %s", calls, s.calls)
	}
	if holds := api.holds(); s.holds != "" && holds != s.holds {
		t.Errorf("holds %s, want %s", holds, s.holds)
	}
	for id, n := range api.created {
		if n > 1 {
			t.Errorf("%s was created %d times", id, n)
		}
	}
}

func (s scene) fake() *fake {
	traits := destination.Traits{
		Name: "fake",
		Ops: map[user.Op]destination.OpTraits{
			user.Create: {Max: 100, Replay: s.replay},
			user.Update: {Max: 1, Replay: destination.Safe},
			user.Delete: {Max: 1, Replay: destination.Safe},
		},
		Fields: []user.Field{user.Email},
	}
	if s.traits != nil {
		s.traits(&traits)
	}
	f := newFake(traits)
	f.applied = func(call int, _ user.Batch) fault { return nth(s.faults, call) }
	f.found = func(read int) fault { return nth(s.reads, read) }
	for _, r := range records(s.held, user.Create) {
		f.users[r.User.ID] = map[user.Field]string{}
		for _, a := range r.User.Attributes {
			f.users[r.User.ID][a.Field] = a.Value.Text
		}
	}
	if s.api != nil {
		s.api(f)
	}
	return f
}

func newFake(traits destination.Traits) *fake {
	return &fake{
		traits: traits, users: map[string]map[user.Field]string{}, created: map[string]int{}, changed: map[string]int{},
		hides: map[string]bool{}, refuses: map[string]bool{}, poison: map[string]bool{},
	}
}

func nth(faults []fault, n int) fault {
	if n < len(faults) {
		return faults[n]
	}
	return none
}

// around wraps f in the middleware, as a run does.
func around(f *fake, blind bool, p limited.Pacer, retries int) destination.Destination {
	return aroundClient(f.client(blind), p, retries)
}

func aroundClient(client destination.Destination, p limited.Pacer, retries int) destination.Destination {
	return options(p, retries).Wrap(client)
}

func options(p limited.Pacer, retries int) stack.Options {
	return stack.Options{Pacer: p, Wire: context.Background(), Retries: retries}
}

// client is f, with a read-back unless it is blind.
func (f *fake) client(blind bool) destination.Destination {
	if blind {
		return f
	}
	return readable{f}
}

// holds shows what the API holds: id=email, or id alone if it has no email.
func (f *fake) holds() string {
	var list []string
	for _, id := range slices.Sorted(maps.Keys(f.users)) {
		list = append(list, strings.TrimSuffix(id+"="+f.users[id][user.Email], "="))
	}
	return strings.Join(list, " ")
}

func records(text string, intent user.Op) []*user.Record {
	var list []*user.Record
	for i, word := range strings.Fields(text) {
		word, maybe := strings.CutPrefix(word, "?")
		id, email, has := strings.Cut(word, "=")
		r := &user.Record{Origin: user.Origin{Record: i + 1}, Op: intent, Sending: user.Sending{MaybeSent: maybe}, User: user.User{ID: id}}
		if has {
			r.User.Attributes = []user.Attribute{{Field: user.Email, Value: user.TextValue(email)}}
		}
		list = append(list, r)
	}
	return list
}

// many makes a list of n ids with one email each.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "u%03d=x ", i)
	}
	return b.String()
}
