package stack_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/split"
	"usersync/sync/user"
)

// One bad user among up to 100 is isolated after at most 14 extra calls, and is the
// only one refused.
func TestOnePoisonUserCostsAtMostFourteenCalls(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 100).Draw(r, "users")
		bad := rapid.IntRange(0, n-1).Draw(r, "the poison one")
		f := scene{replay: destination.Detectable}.fake()
		f.poison[fmt.Sprintf("u%03d", bad)] = true
		batch := user.Batch{Number: 1, Op: user.Create, Records: records(many(n), user.Upsert)}
		outcomes, err := around(f, false, new(pacer), 5).Apply(context.Background(), batch)
		if err != nil || len(f.calls) > 15 {
			r.Fatalf("%d calls, %v", len(f.calls), err)
		}
		for i, o := range outcomes {
			if refused := o.Status == user.Refused; refused != (i == bad) || !refused && o.Status != user.Created {
				r.Errorf("user %d of %d is %s, %d is poison", i, n, o.Status, bad)
			}
		}
	})
}

func TestHalving(t *testing.T) {
	poison := func(ids ...string) func(*fake) {
		return func(f *fake) {
			for _, id := range ids {
				f.poison[id] = true
			}
		}
	}
	run(t, map[string]scene{
		"400": {send: "a=1 b=2", faults: []fault{whole400}, want: "created created", calls: "create a b: 400 for the whole call, create a, create b"},
		"413": {send: "a=1 b=2", faults: []fault{whole413}, want: "created created"},
		"422": {send: "a=1 b=2", faults: []fault{whole422}, want: "created created"},
		"403 in words": {
			send: "a=1 b=2", faults: []fault{exists403}, want: "created created",
			calls: "create a b: 403 for the whole call, because a user exists, create a, create b",
		},
		"one user alone is refused": {
			send: "a=1", faults: []fault{whole422}, want: "refused:http_422", calls: "create a: 422 for the whole call",
		},
		"two culprits": {
			send: "a=1 b=2 c=3 d=4", api: poison("a", "d"), want: "refused:http_400 created created refused:http_400",
		},
		"halves keep their doubt": {
			replay: destination.Detectable, send: "a=1 b=2", faults: []fault{lostAfter, whole400},
			want: "created:replayed created:replayed", holds: "a=1 b=2",
		},
		"a half that is not taken is sent again": {
			send: "a=1 b=2", faults: []fault{whole400, busy503After}, want: "created created",
			calls: "create a b: 400 for the whole call, create a: 503 with Retry-After, create b, create a",
		},
		"a half that is lost is looked up": {
			send: "a=1 b=2", faults: []fault{whole400, lostAfter}, want: "created:read_back created",
		},
		"denied in the middle leaves what is known": {
			send: "a=1 b=2 c=3 d=4", faults: []fault{whole400, none, denied},
			want: "created created unsettled unsettled", err: "http_403 (denied)",
		},
	})
}

// A batch may cost 40 extra calls and a run max(1000, 5%) of them; the rest fails,
// because nothing shows that the API refuses these users.
func TestHalvingHasBudgets(t *testing.T) {
	f := scene{}.fake()
	f.applied = func(int, user.Batch) fault { return whole400 }
	inner := limited.Limited{Destination: readable{f}, Pacer: new(pacer), Wire: t.Context()}
	bisected := split.NewBisected(inner)
	extra := 0
	for batch := 1; batch <= 30; batch++ {
		before := len(f.calls)
		outcomes, err := bisected.Apply(t.Context(), user.Batch{Number: batch, Op: user.Create, Records: records(many(100), user.Create)})
		if err != nil {
			t.Fatal(err)
		}
		calls := len(f.calls) - before - 1
		if extra += calls; calls > 40 || batch <= 25 && calls != 40 {
			t.Errorf("batch %d cost %d extra calls", batch, calls)
		}
		for i, o := range outcomes {
			alone := o.Status == user.Refused && o.Code == "http_400"
			left := o.Status == user.Failed && o.Code == user.CodeBatchRefused && o.HTTP == 400
			if !alone && !left {
				t.Fatalf("batch %d, user %d: %s %s", batch, i, o.Status, o.Code)
			}
		}
	}
	if extra != 1000 {
		t.Errorf("the run cost %d extra calls", extra)
	}
}

// A record's attempts count every call that carried it.
func TestAttemptsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{replay: destination.Detectable}.fake()
		f.applied = func(call int, _ user.Batch) fault { return nth([]fault{busy503After, itemsBusy}, call) }
		batch := user.Batch{Number: 1, Op: user.Create, Records: records("a=1 b=2", user.Upsert)}
		outcomes, err := around(f, false, new(pacer), 5).Apply(t.Context(), batch)
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range []string{"a", "b"} {
			calls := 0
			for _, c := range f.calls {
				if ids, _, _ := strings.Cut(strings.TrimPrefix(c, "create "), ":"); strings.Contains(ids, id) {
					calls++
				}
			}
			if o := outcomes[i]; o.Attempts != calls || o.Action != user.Create {
				t.Errorf("%s: %d attempts by %s, %d calls carried it", id, o.Attempts, o.Action, calls)
			}
		}
	})
}
