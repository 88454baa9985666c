package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// A run that stops anywhere ends, has written a prefix, and every record that a call carried was recorded.
func TestStopAnywhere(t *testing.T) {
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 9))
			m := &model{t: t, saved: map[string]string{}, every: 1 + random.IntN(100)}
			for k := range 200 {
				if random.IntN(3) > 0 {
					m.saved[fmt.Sprint("u", k)] = "0"
				}
			}
			var all []*user.Record
			for k := range 800 {
				all = append(all, &user.Record{Origin: user.Origin{Record: k + 1}, Op: user.Upsert, User: user.User{ID: fmt.Sprint("u", random.IntN(300)),
					Attributes: []user.Attribute{{Field: "f", Value: user.TextValue(fmt.Sprint(random.IntN(3)))}}}})
			}
			records := inChunks(random, all)
			a, d := newAPI(new(results), 20*time.Millisecond), new(looks)
			a.answer = func(b user.Batch) ([]user.Outcome, error) {
				for _, r := range b.Records {
					if b.Op == user.Update && !d.has(r.Origin.Record) {
						t.Errorf("record %d was not recorded", r.Origin.Record)
					}
				}
				return good(b), nil
			}
			job := engine.Job{Records: records, Destination: merging{a, true}, Results: m, Ledger: m, Journal: d, Canary: random.IntN(2) * random.IntN(40),
				Limits: engine.Limits{BatchSize: 1 + random.IntN(20), Workers: 1 + random.IntN(20), Window: 50 + random.IntN(2000)}}
			if random.IntN(2) == 0 {
				job.Names = func(r *user.Record) []string { return []string{fmt.Sprint("n", r.Origin.Record%7)} }
			}
			bad := random.IntN(800)
			job.Looked = func(_ context.Context, rs []*user.Record, known []user.LedgerEntry, _ int) error {
				if seed%3 == 0 && rs[len(rs)-1].Origin.Record > bad {
					return errors.New("unreadable")
				}
				return nil
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if seed%3 == 1 {
				stop := time.Duration(random.IntN(500)) * time.Millisecond
				defer time.AfterFunc(stop, cancel).Stop()
			}
			s, err := job.Run(ctx)
			time.Sleep(time.Second) // a lookup may still be in progress
			for i, o := range m.list {
				if o.Record != all[i] || !o.Status.Final() {
					t.Fatalf("seed %d: result %d is %s", seed, i+1, o.Status)
				}
			}
			if err == nil && len(m.list) != 800 || seed%3 == 0 && err == nil || len(a.wrong) > 0 || s.SettledUpTo != len(m.list) && len(m.list) > 0 {
				t.Fatal(seed, err, len(m.list), a.wrong, s.SettledUpTo)
			}
			if seed%3 == 0 { // nothing after the chunk that failed was sent, and all before it has an outcome
				for id, records := range a.applied {
					for _, r := range records {
						if r > len(m.list) {
							t.Errorf("record %d of %s was sent, and %d outcomes are written", r, id, len(m.list))
						}
					}
				}
			}
		})
	}
}
