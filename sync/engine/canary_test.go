package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// some is a ledger that holds every third user, and of these every second unchanged.
type some struct{}

func (some) Lookup(_ context.Context, ids []string, _ []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for i, id := range ids {
		if n := number(id); n%3 == 0 {
			known[i] = user.LedgerEntry{State: user.Present}
		}
	}
	return known, nil
}

func (some) Checkpointed() int { return 0 }

func (some) Unchanged(_ user.LedgerEntry, u *user.User) bool { return number(u.ID)%6 == 0 }

func (some) Apply(k user.LedgerEntry, _ *user.Outcome) user.LedgerEntry { return k }

func number(id string) (n int) {
	_, _ = fmt.Sscanf(id, "u%d", &n)
	return n
}

// The first users in input order that need a call are sent before all others, whatever
// the call, and no other is sent until they are settled.
func TestCanariesAreTheFirstOfTheInput(t *testing.T) {
	for _, test := range []struct{ canary, batch, workers, want int }{
		{1, 100, 16, 1}, {3, 1, 16, 3}, {5, 100, 16, 6}, {100, 7, 4, 119}, {250, 100, 16, 299}, {400, 100, 16, 300},
	} {
		synctest.Test(t, func(t *testing.T) {
			out := new(results)
			a := newAPI(out, 100*time.Millisecond)
			var mu sync.Mutex
			var begun, ended []int
			a.answer = func(b user.Batch) ([]user.Outcome, error) {
				mu.Lock()
				defer mu.Unlock()
				for _, r := range b.Records {
					begun = append(begun, r.Origin.Record)
				}
				if late := slices.Max(begun); late > test.want && len(ended) < test.canary {
					t.Errorf("--canary %d: record %d was sent after %d canaries had ended", test.canary, late, len(ended))
				}
				ended = append(ended, begun[len(begun)-len(b.Records):]...)
				return good(b), nil
			}
			_, err := engine.Job{Records: input(300, user.Upsert, own), Destination: a, Results: out, Ledger: some{},
				Limits: engine.Limits{BatchSize: test.batch, Workers: test.workers}, Canary: test.canary}.Run(t.Context())
			if err != nil || out.prefix() != nil || len(out.list) != 300 {
				t.Fatalf("%v, %v, %d results", err, out.prefix(), len(out.list))
			}
			first := slices.Sorted(slices.Values(ended[:min(test.canary, len(ended))]))
			for i, record := range first {
				if record > test.want || i > 0 && record <= first[i-1] {
					t.Fatalf("--canary %d: the first were %v", test.canary, first)
				}
			}
		})
	}
}

// Rows that share a name, and rows of one id, change nothing about who the first are: each
// waits for the one before it, and a further row of a canary waits for all canaries.
func TestCanariesOfOneName(t *testing.T) {
	for name, c := range map[string]struct {
		ids, names string // of the rows, a letter each
		canary     int
		want       []int
	}{
		"all of one name":        {"abcdef", "xxxxxx", 3, []int{1, 2, 3}},
		"some of one name":       {"abcdef", "xyxyzz", 4, []int{1, 2, 3, 4}},
		"the last waits":         {"abcdef", "xyzuux", 5, []int{1, 2, 3, 4, 5}},
		"rows of one id":         {"aaabcd", "uvwxyz", 2, []int{1, 4}},
		"rows of both":           {"aababc", "xxxxxx", 2, []int{1, 3}},
		"a further row is free":  {"aabcde", "xyzxuv", 3, []int{1, 3, 4}},
		"fewer users than asked": {"aabbaa", "xyzuvw", 6, []int{1, 2, 3, 4, 5, 6}},
	} {
		for _, size := range []int{1, 100} {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				a := newAPI(out, 100*time.Millisecond)
				var mu sync.Mutex
				var began, ended []int
				a.answer = func(b user.Batch) ([]user.Outcome, error) {
					mu.Lock()
					defer mu.Unlock()
					for _, r := range b.Records {
						if began = append(began, r.Origin.Record); len(began) > c.canary && len(ended) < c.canary {
							t.Errorf("%s: record %d went out after %v", name, r.Origin.Record, ended)
						}
					}
					for _, r := range b.Records {
						ended = append(ended, r.Origin.Record)
					}
					return good(b), nil
				}
				_, err := engine.Job{
					Records:     input(6, user.Upsert, func(k int) string { return c.ids[k-1 : k] }),
					Names:       func(r *user.Record) []string { k := r.Origin.Record; return []string{c.names[k-1 : k]} },
					Destination: a, Results: out, Canary: c.canary, Limits: engine.Limits{BatchSize: size},
				}.Run(t.Context())
				first := slices.Sorted(slices.Values(ended[:min(c.canary, len(ended))]))
				if err != nil || len(out.list) != 6 || !slices.Equal(first, c.want) {
					t.Errorf("%s: the first were %v, then %v; %d results, %v", name, first, ended, len(out.list), err)
				}
			})
		}
	}
}

// An input with fewer users than canaries, and one whose ids repeat, come to their end.
func TestCanariesOfAShortInput(t *testing.T) {
	for _, id := range []func(int) string{own, func(int) string { return "u1" }} {
		synctest.Test(t, func(t *testing.T) {
			out := new(results)
			_, err := engine.Job{Records: input(4, user.Upsert, id), Destination: newAPI(out, time.Millisecond), Results: out, Canary: 5}.Run(t.Context())
			if err != nil || len(out.list) != 4 {
				t.Errorf("%v, %d results", err, len(out.list))
			}
		})
	}
}

// If the first users end the run, no other is sent.
func TestNothingFollowsAFailedCanary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		a := newAPI(out, time.Millisecond)
		a.answer = func(b user.Batch) ([]user.Outcome, error) { return good(b), errDisk }
		_, err := engine.Job{Records: input(300, user.Create, own), Destination: a, Results: out, Canary: 2}.Run(t.Context())
		if err == nil || len(a.applied) != 2 || len(out.list) != 2 {
			t.Errorf("%v, %d sent, %d results", err, len(a.applied), len(out.list))
		}
	})
}
