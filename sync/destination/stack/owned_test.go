package stack_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// family is an API that makes its own keys and finds users by their e-mail addresses,
// which are unique.
type family struct {
	merge  bool // updates need a read
	same   bool // a read shows no difference
	upsert bool // a create of a known address answers with its user
	strict bool // the search shows another user of the address as one that is not the record's
	shows  bool // updates and deletes are answered with the user of the address
	fails  bool // updates fail, and are perhaps made
	once   bool // a create must not be repeated

	mu    sync.Mutex
	users map[string]string // addresses by key
	calls []string
}

func (f *family) Traits() destination.Traits {
	one := destination.OpTraits{Max: 10, Replay: destination.Safe}
	create, update := one, one
	if f.once {
		create.Replay = destination.Unsafe
	}
	if f.merge {
		update.Merge, update.Max = true, 1
	}
	return destination.Traits{Name: "family", OwnKeys: true, Fields: []user.Field{user.Email, user.Phone},
		Ops: map[user.Op]destination.OpTraits{user.Create: create, user.Update: update, user.Delete: one}}
}

func (f *family) Check(*user.Record) error { return nil }

func email(r *user.Record) string {
	v, _ := r.User.Value(user.Email)
	return v.Text
}

func (f *family) key(r *user.Record) string {
	for key, address := range f.users {
		if address == email(r) {
			return key
		}
	}
	return ""
}

func (f *family) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	outcomes := make([]user.Outcome, len(b.Records))
	for i, r := range b.Records {
		f.calls = append(f.calls, string(b.Op)+" "+r.User.ID+" "+r.Remote)
		key := f.key(r)
		switch {
		case b.Op == user.Create && key != "" && !f.upsert:
			outcomes[i] = user.Outcome{Status: user.Exists, HTTP: 409}
		case b.Op == user.Create && key == "":
			key = "r" + r.User.ID
			f.users[key] = email(r)
			fallthrough
		case b.Op == user.Create:
			outcomes[i] = user.Outcome{Status: user.Created, HTTP: 201, Remote: key}
		case b.Op == user.Update:
			outcomes[i] = user.Outcome{Status: user.Updated, HTTP: 200}
		default:
			delete(f.users, r.Remote)
			outcomes[i] = user.Outcome{Status: user.Deleted, HTTP: 204}
		}
		if f.fails && b.Op == user.Update {
			outcomes[i] = user.Outcome{Status: user.InDoubt, HTTP: 500}
		}
		if f.shows && b.Op != user.Create {
			outcomes[i].Remote = key
		}
	}
	return outcomes, nil
}

func (f *family) Find(_ context.Context, r *user.Record) (destination.Found, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch key := f.key(r); {
	case key == "":
		return destination.Found{Presence: destination.Absent, HTTP: 200}, nil
	case f.strict:
		return destination.Found{Presence: destination.Different, Other: key, HTTP: 200}, nil
	case f.same:
		return destination.Found{Presence: destination.Same, Remote: key, HTTP: 200, Held: r.User.Attributes}, nil
	default:
		return destination.Found{Presence: destination.Different, Remote: key, HTTP: 200, Differs: []user.Field{user.Phone}}, nil
	}
}

// A record that leads to the user of another id is refused before any call that would
// change that user, however it leads there.
func TestOwned(t *testing.T) {
	read, assume := stack.Read, stack.Assume
	for name, test := range map[string]struct {
		api    *family
		op     user.Op // of the call
		intent user.Op
		send   string // id=address[@key in the row]
		maybe  bool   // perhaps sent before
		adopt  *stack.Adoption
		want   string
	}{
		"a create meets another id's user":    {op: user.Create, intent: user.Upsert, send: "b=x", want: "refused:same_user"},
		"in mode create":                      {op: user.Create, intent: user.Create, send: "b=x", want: "refused:exists"},
		"an update finds it":                  {op: user.Update, intent: user.Update, send: "b=x", want: "refused:same_user"},
		"a delete finds it":                   {op: user.Delete, intent: user.Delete, send: "b=x", want: "refused:same_user"},
		"an update that reads finds it":       {api: &family{merge: true}, op: user.Update, intent: user.Update, send: "b=x", want: "refused:same_user"},
		"an adoption finds it":                {op: user.Create, intent: user.Upsert, send: "b=x", adopt: &read, want: "refused:same_user"},
		"an adoption assumes it":              {op: user.Create, intent: user.Upsert, send: "b=y@ra", adopt: &assume, want: "refused:same_user"},
		"a create that was perhaps sent":      {op: user.Create, intent: user.Upsert, send: "b=x", maybe: true, want: "refused:same_user"},
		"perhaps sent, in mode create":        {op: user.Create, intent: user.Create, send: "b=x", maybe: true, want: "refused:same_user"},
		"the answer to a create names it":     {api: &family{upsert: true}, op: user.Create, intent: user.Upsert, send: "b=x", want: "refused:same_user"},
		"someone else's user is another id's": {api: &family{strict: true}, op: user.Create, intent: user.Upsert, send: "b=x", want: "refused:same_user"},
		"someone else's user is no one's":     {api: &family{strict: true}, op: user.Create, intent: user.Upsert, send: "b=z", want: "refused:exists"},
		"the row to update names it":          {op: user.Update, intent: user.Upsert, send: "b=y@ra", want: "refused:same_user"},
		"the row to delete names it":          {op: user.Delete, intent: user.Delete, send: "b=y@ra", want: "refused:same_user"},
		"the id's own user is found":          {op: user.Update, intent: user.Update, send: "a=x", want: "updated"},
		"the row names the id's own user":     {op: user.Update, intent: user.Update, send: "a=x@ra", want: "updated"},
		"no one's user is found by two":       {op: user.Update, intent: user.Update, send: "b=z c=z", want: "updated refused:same_user"},
		"two rows name no one's user":         {op: user.Update, intent: user.Update, send: "b=y@rz c=y@rz b=y@rz", want: "updated refused:same_user updated"},
		"it is made under its key":            {api: &family{upsert: true, once: true, same: true}, op: user.Create, intent: user.Upsert, send: "b=x", want: "in_doubt:same_user"},
		"in mode create, under its key":       {api: &family{upsert: true, once: true, same: true}, op: user.Create, intent: user.Create, send: "b=x", want: "in_doubt:same_user"},
		"a read shows the other user's data":  {api: &family{upsert: true, once: true}, op: user.Create, intent: user.Upsert, send: "b=x", want: "refused:same_user"},
		"this run has made the other user":    {api: &family{upsert: true, once: true, same: true}, op: user.Create, intent: user.Upsert, send: "b=n c=n", want: "created refused:same_user"},
		"the answer to an update names it":    {api: &family{shows: true}, op: user.Update, intent: user.Update, send: "b=x@rb", want: "refused:same_user"},
		"the answer to a delete names it":     {api: &family{shows: true}, op: user.Delete, intent: user.Delete, send: "b=x@rb", want: "refused:same_user"},
		"a delete names a user of no one":     {api: &family{shows: true}, op: user.Delete, intent: user.Delete, send: "b=z@rb c=z@rc", want: "deleted deleted"},
		"two are created as one":              {api: &family{upsert: true}, op: user.Create, intent: user.Upsert, send: "b=n c=n", want: "created refused:same_user"},
	} {
		t.Run(name, func(t *testing.T) {
			api := test.api
			if api == nil {
				api = new(family)
			}
			api.users = map[string]string{"ra": "x", "rz": "z"}
			o := options(new(pacer), 2)
			o.Adopt, o.Keys.Owners = test.adopt, owned.NewOwners(owned.Options{Holders: holders{"ra": {"a"}}, Checkpointed: func() int { return 0 }})
			b := user.Batch{Op: test.op, Records: records(test.send, test.intent)}
			for _, r := range b.Records {
				address, key, own := strings.Cut(email(r), "@")
				r.User.Attributes[0].Value, r.Remote, r.OwnRemote, r.MaybeSent = user.TextValue(address), key, own, test.maybe
			}
			outcomes, err := o.Wrap(api).Apply(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range outcomes {
				got = append(got, strings.TrimSuffix(string(o.Status)+":"+o.Code, ":"))
				if o.Code == user.CodeSameUser && (o.Remote == "" || !strings.Contains(o.Detail, "usersync ledger rename OLD NEW")) {
					t.Errorf("%+v", o)
				}
			}
			if text := strings.Join(got, " "); text != test.want {
				t.Errorf("%s, want %s", text, test.want)
			}
			for _, call := range api.calls {
				if strings.HasSuffix(call, " b ra") || strings.HasSuffix(call, " c rz") {
					t.Errorf("another id's user was changed: %s", call)
				}
			}
		})
	}
}

// A user who is renamed was there before: a create that was perhaps sent is no reason to
// call the user created, and the update under the new id is still to be made.
func TestRenamedUsersAreUpdated(t *testing.T) {
	for _, maybe := range []bool{false, true} {
		api := &family{same: true, users: map[string]string{"ra": "x"}}
		o := options(new(pacer), 2)
		moved := ""
		o.Keys.Owners = owned.NewOwners(owned.Options{Holders: holders{"ra": {"a"}}, Checkpointed: func() int { return 0 }, Move: func(_ context.Context, old string, r *user.Record) (bool, error) {
			moved += old + ">" + r.User.ID
			return true, nil
		}})
		b := user.Batch{Op: user.Create, Records: records("b=x", user.Upsert)}
		b.Records[0].MaybeSent = maybe
		outcomes, err := o.Wrap(api).Apply(t.Context(), b)
		if err != nil || outcomes[0].Status != user.Updated || outcomes[0].Code != user.CodeRenamed || outcomes[0].Remote != "ra" || moved != "a>b" {
			t.Errorf("perhaps sent %t: %+v, %v, moved %s", maybe, outcomes[0], err, moved)
		}
		if last := api.calls[len(api.calls)-1]; last != "update b ra" {
			t.Errorf("perhaps sent %t: %v", maybe, api.calls)
		}
	}
}

// If a read after a call leads to another id's user, the outcome is still that of the call: it may
// have changed that user. Where no call was made, there is none to tell of.
func TestSameUserAfterACall(t *testing.T) {
	for name, c := range map[string]struct {
		api  *family
		op   user.Op
		want user.Outcome
	}{
		"an update that failed": {&family{fails: true}, user.Update, user.Outcome{Action: user.Update, HTTP: 500, Attempts: 6}},
		"nothing yet":           {&family{once: true}, user.Create, user.Outcome{HTTP: 200}},
	} {
		synctest.Test(t, func(t *testing.T) {
			c.api.users = map[string]string{"ra": "x"}
			o := options(new(pacer), 2)
			o.Keys.Owners = owned.NewOwners(owned.Options{Holders: holders{"ra": {"a"}}, Checkpointed: func() int { return 0 }})
			b := user.Batch{Op: c.op, Records: records("b=x", user.Upsert)}
			if b.Records[0].MaybeSent = true; c.op == user.Update {
				b.Records[0].Remote = "rb"
			}
			outcomes, err := o.Wrap(c.api).Apply(t.Context(), b)
			got := outcomes[0]
			if err != nil || got.Code != user.CodeSameUser || got.Remote != "ra" || got.Action != c.want.Action || got.HTTP != c.want.HTTP || got.Attempts != c.want.Attempts {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		})
	}
}
