package stack_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/scanned"
	"usersync/sync/user"
)

// listing is an API that makes its own keys, cannot be searched by ids, and lists its
// users: key=email.
type listing struct {
	readable
	mu     sync.Mutex
	users  []destination.Listed
	size   int     // of a page; 0 is 2
	silent bool    // the list does not say how many users there are
	stuck  bool    // it does not follow the offset
	grows  bool    // each page says that there is one more
	faults []fault // of the pages, in order
	pages  int
}

func (l *listing) List(_ context.Context, offset int) (destination.Page, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages++
	if ce := nth(l.faults, l.pages-1).failure(); ce != nil {
		return destination.Page{}, ce
	}
	if l.stuck {
		offset = 0
	}
	from := min(offset, len(l.users))
	size := l.size
	if size == 0 {
		size = 2
	}
	page := destination.Page{Users: l.users[from:min(from+size, len(l.users))], Total: len(l.users)}
	if l.grows {
		page.Total += l.pages
	}
	if l.silent {
		page.Total = -1
	}
	return page, nil
}

func (l *listing) Fits(r *user.Record, u destination.Listed) bool {
	ours, _ := r.User.Value(user.Email)
	return ours == u.Held[0].Value
}

func listed(text string) []destination.Listed {
	var users []destination.Listed
	for _, word := range strings.Fields(text) {
		key, email, _ := strings.Cut(word, "=")
		users = append(users, destination.Listed{Remote: key, Held: []user.Attribute{{Field: user.Email, Value: user.TextValue(email)}}})
	}
	return users
}

// holders are the ids by key.
type holders map[string][]string

func (h holders) HoldersOf(_ context.Context, remotes []string) (map[string][]string, error) {
	return h, nil
}

func keyed(t *destination.Traits) { t.OwnKeys, t.FindsByKey = true, true }

// A user who was perhaps created is found in the list of all users only if exactly one
// fits, whose key is no other id's. Not to be found proves nothing.
func TestScanned(t *testing.T) {
	for name, test := range map[string]struct {
		api     *listing
		users   string
		holders holders
		want    string // key of the user found; "" is unknown
		pages   int
	}{
		"exactly one fits":                  {users: "k1=x k2=1 k3=y", want: "k2", pages: 2},
		"no one fits":                       {users: "k1=x k2=z k3=y", pages: 2},
		"no one is there":                   {pages: 1},
		"two fit":                           {users: "k1=1 k2=x k3=1", pages: 2},
		"its key is another id's":           {users: "k1=x k2=1", holders: holders{"k2": {"b"}}, pages: 1},
		"its key is this id's":              {users: "k1=x k2=1", holders: holders{"k2": {"a"}}, want: "k2", pages: 1},
		"it has no key":                     {users: "k1=x =1", pages: 1},
		"no total, to the end":              {api: &listing{silent: true}, users: "k1=x k2=1 k3=y", want: "k2", pages: 3},
		"a page shows a user again":         {api: &listing{stuck: true}, users: "k1=x k2=1 k3=y", pages: 2},
		"no total, and always the same":     {api: &listing{stuck: true, silent: true}, users: "k1=1 k2=x", pages: 2},
		"the list grows":                    {api: &listing{grows: true}, users: "k1=x k2=1 k3=y", pages: 2},
		"a page that fails is read again":   {api: &listing{faults: []fault{none, busy503, lostBefore}}, users: "k1=x k2=1 k3=y", want: "k2", pages: 4},
		"a page that fails again and again": {api: &listing{faults: slices.Repeat([]fault{error500}, 9)}, users: "k1=x k2=1", pages: 3},
		"a list that the API refuses":       {api: &listing{faults: []fault{whole400}}, users: "k1=x k2=1", pages: 1},
		"just as many as are scanned":       {api: &listing{size: 100}, users: manyListed(4999) + "k=1", want: "k", pages: 50},
		"more than are scanned":             {api: &listing{size: 100}, users: manyListed(5000) + "k=1", pages: 1},
		"more, and the API does not say so": {api: &listing{size: 100, silent: true}, users: manyListed(5000) + "k=1", pages: 51},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := test.api
				if api == nil {
					api = new(listing)
				}
				api.readable, api.users = readable{scene{traits: keyed}.fake()}, listed(test.users)
				if test.holders == nil {
					test.holders = holders{}
				}
				found, err := scanning(api, test.holders).Find(t.Context(), records("?a=1", user.Upsert)[0])
				if err != nil || found.Remote != test.want || (found.Presence == destination.Same) != (test.want != "") || api.pages != test.pages {
					t.Errorf("%+v %v after %d pages", found, err, api.pages)
				}
				if found.Presence == destination.Absent {
					t.Error("not to be found proves nothing")
				}
			})
		})
	}
}

func manyListed(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "u%d=x ", i)
	}
	return b.String()
}

func scanning(api *listing, h owned.Holders) scanned.Scanned {
	inner := limited.Limited{Destination: api, Pacer: new(pacer), Wire: context.Background()}
	return scanned.New(inner, inner, api, h, 2)
}

// One reading of the list does for all users who were in doubt before it, and none for
// one whose call came later. In all, no more than 5,000 users are read.
func TestScannedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &listing{readable: readable{scene{traits: keyed}.fake()}, users: listed("k1=1 k2=2 k3=3 k4=4 k5=5"), size: 5}
		s := scanning(api, holders{})
		find := func(r *user.Record) string {
			found, err := s.Find(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			return found.Remote
		}
		old := records("?a=1 ?b=2 ?c=2 ?d=9", user.Upsert)
		if a, b, c, d := find(old[0]), find(old[1]), find(old[2]), find(old[3]); a != "k1" || b != "k2" || c != "" || d != "" || api.pages != 1 {
			t.Errorf("found %q %q %q %q in %d pages", a, b, c, d, api.pages)
		}
		late := records("?e=5 f=4 ?g=3", user.Upsert)
		late[0].Attempts = 1
		if e := find(late[0]); e != "k5" || api.pages != 2 {
			t.Errorf("sent after the list was read: %q in %d pages", e, api.pages)
		}
		if f := find(late[1]); f != "" || api.pages != 2 {
			t.Errorf("certainly not sent: %q in %d pages", f, api.pages)
		}
		made := readable{scene{traits: keyed}.fake()}
		s.API = creating{limited.Limited{Destination: made, Pacer: new(pacer), Wire: context.Background()}, "k3"}
		if _, err := s.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("h=3", user.Upsert)}); err != nil {
			t.Fatal(err)
		}
		if g := find(late[2]); g != "" {
			t.Errorf("a key that this run was given for another id: %q", g)
		}
	})
}

// creating answers every create with the key.
type creating struct {
	limited.Limited
	key string
}

func (c creating) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := c.Limited.Apply(ctx, b)
	for i := range outcomes {
		outcomes[i].Remote = c.key
	}
	return outcomes, err
}

// An API that denies the list settles no one, and the run continues; its end while the list
// is read is an error.
func TestScanEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &listing{readable: readable{scene{traits: keyed}.fake()}, users: listed("k1=1"), faults: []fault{denied}}
		if _, err := scanning(api, holders{}).Find(t.Context(), records("?a=1", user.Upsert)[0]); err != nil {
			t.Errorf("a list that is denied: %v", err)
		}
		late := records("?a=1", user.Upsert)[0]
		late.Attempts = 1
		refusing := &listing{readable: readable{scene{traits: keyed}.fake()}, users: listed("k1=1"), faults: []fault{whole400}}
		s := scanning(refusing, holders{})
		for range 2 {
			if found, err := s.Find(t.Context(), late); err != nil || found.Presence != destination.Unknown || refusing.pages != 1 {
				t.Errorf("a list that is refused: %+v %v, asked for %d times", found, err, refusing.pages)
			}
		}
		api = &listing{readable: readable{scene{traits: keyed}.fake()}, users: listed("k1=1"), faults: slices.Repeat([]fault{error500}, 99)}
		ctx, end := context.WithTimeout(t.Context(), time.Millisecond)
		defer end()
		if _, err := scanning(api, holders{}).Find(ctx, records("?a=1", user.Upsert)[0]); err == nil {
			t.Error("the end of the run ends nothing")
		}
	})
}

// Through all the middleware: a pending user who is found is updated under its key, and
// never created again; one who is not stays in doubt.
func TestScanSettlesPendingUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{held: "a=1", replay: destination.Unsafe, traits: keyed}.fake()
		api := &listing{readable: readable{f}, users: listed("k1=1 k2=2")}
		o := options(new(pacer), 2)
		o.Client.Lister, o.Keys.Holders = api, holders{"k2": {"z"}}
		b := user.Batch{Op: user.Create, Records: records("?a=1 ?b=2 ?c=3", user.Upsert)}
		outcomes, err := o.Wrap(api).Apply(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range outcomes {
			got = append(got, string(o.Status)+" "+o.Remote)
		}
		if want := []string{"created k1", "in_doubt ", "in_doubt "}; !slices.Equal(got, want) || len(f.created) > 0 {
			t.Errorf("%v, created %v, calls %v", got, f.created, f.calls)
		}
	})
}
