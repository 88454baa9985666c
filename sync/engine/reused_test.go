package engine_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// model is a ledger and the results. Lookup sees what is checkpointed, and makes the memory useless that it uses again.
type model struct {
	t       *testing.T
	mu      sync.Mutex
	saved   map[string]string
	pending []user.Outcome
	marked  int
	every   int
	list    []user.Outcome
	reused  int
}

func (m *model) Lookup(_ context.Context, ids []string, room []user.LedgerEntry) ([]user.LedgerEntry, error) {
	time.Sleep(time.Duration(rand.IntN(3)) * time.Millisecond)
	m.mu.Lock()
	defer m.mu.Unlock()
	if room != nil {
		m.reused++
	}
	room = room[:cap(room)]
	for i := range room {
		for k := range room[i].Fingerprints.Fields {
			room[i].Fingerprints.Fields[k] = user.Fingerprint{Field: "POISON"}
		}
		room[i] = user.LedgerEntry{State: user.Present, Remote: "POISON"}
	}
	if cap(room) < len(ids) {
		room = make([]user.LedgerEntry, len(ids))
	}
	room = room[:len(ids)]
	for i, id := range ids {
		room[i] = user.LedgerEntry{}
		if v, ok := m.saved[id]; ok {
			room[i] = user.LedgerEntry{State: user.Present, Remote: id + "=" + v}
			room[i].Fingerprints.Fields = []user.Fingerprint{{Field: user.Field(id)}}
		}
	}
	return room, nil
}

func (m *model) Checkpointed() int { m.mu.Lock(); defer m.mu.Unlock(); return m.marked }

func (m *model) Unchanged(k user.LedgerEntry, u *user.User) bool {
	m.ok(k, u.ID)
	return k.Remote == u.ID+"="+u.Attributes[0].Value.Text
}

func (m *model) ok(k user.LedgerEntry, id string) {
	if k.State == user.Present && (len(k.Remote) <= len(id) || k.Remote[:len(id)+1] != id+"=") {
		m.t.Errorf("%s: known is %+v", id, k)
	}
	for _, f := range k.Fingerprints.Fields {
		if string(f.Field) != id {
			m.t.Errorf("%s: known are fingerprints of %s", id, f.Field)
		}
	}
}

func (m *model) Apply(k user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	m.ok(k, o.Record.User.ID)
	switch o.Status {
	case user.Created, user.Updated:
		return user.LedgerEntry{State: user.Present, Remote: o.Record.User.ID + "=" + o.Record.User.Attributes[0].Value.Text}
	}
	return k
}

func (m *model) Write(o *user.Outcome) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o.At.IsZero() && o.Attempts == 0 && (o.Status == user.Unchanged || o.Status == user.Elsewhere) {
		m.t.Errorf("record %d (%s) has no time", o.Record.Origin.Record, o.Status)
	}
	m.list = append(m.list, *o)
	m.pending = append(m.pending, *o)
	if len(m.pending) >= m.every {
		for _, o := range m.pending {
			if o.Status == user.Created || o.Status == user.Updated {
				m.saved[o.Record.User.ID] = o.Record.User.Attributes[0].Value.Text
			}
			m.marked = o.Record.Origin.Record
		}
		m.pending = nil
	}
	return nil
}

type merging struct {
	*api
	merge bool
}

func (r merging) Traits() destination.Traits {
	t := r.api.Traits()
	if r.merge {
		t.Ops[user.Update] = destination.OpTraits{Max: 1, Merge: true}
	}
	return t
}

// inChunks yields records in chunks of random sizes, at random times.
func inChunks(random *rand.Rand, all []*user.Record) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		for rest := all; len(rest) > 0; {
			part := rest[:min(len(rest), 1+random.IntN(80))]
			rest = rest[len(part):]
			time.Sleep(time.Duration(random.IntN(3)) * time.Millisecond)
			if !yield(part, nil) {
				return
			}
		}
	}
}

// Random runs, in which ids and names repeat and memory of look-ups is used again, have the outcomes
// that a simple model has.
func TestReusedMemory(t *testing.T) {
	reused := 0
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 7))
			n := 1500
			var all []*user.Record
			value := map[string]string{}
			m := &model{t: t, saved: map[string]string{}, every: 1 + random.IntN(300)}
			ids := 20 + random.IntN(2000)
			for k := range ids {
				if random.IntN(2) == 0 {
					m.saved[fmt.Sprint("u", k)] = "0"
					value[fmt.Sprint("u", k)] = "0"
				}
			}
			want := make([]user.Status, n)
			elsewhere := random.IntN(3) == 0
			for k := range n {
				r := &user.Record{Origin: user.Origin{Record: k + 1, Raw: "raw"}, Op: user.Upsert, User: user.User{ID: fmt.Sprint("u", random.IntN(ids)),
					Attributes: []user.Attribute{{Field: "f", Value: user.Value{Text: fmt.Sprint(random.IntN(3))}}}}}
				v, known := value[r.User.ID]
				switch {
				case elsewhere && r.User.ID[len(r.User.ID)-1] == '3':
					r.Origin.Elsewhere, want[k] = true, user.Elsewhere
				case !known:
					want[k], value[r.User.ID] = user.Created, r.User.Attributes[0].Value.Text
				case v == r.User.Attributes[0].Value.Text:
					want[k] = user.Unchanged
				default:
					want[k], value[r.User.ID] = user.Updated, r.User.Attributes[0].Value.Text
				}
				all = append(all, r)
			}
			records := inChunks(random, all)
			a := newAPI(new(results), 20*time.Millisecond)
			looked := 0
			job := engine.Job{Records: records, Destination: merging{a, random.IntN(2) == 0}, Results: m, Ledger: m, Canary: random.IntN(2) * random.IntN(40),
				Limits: engine.Limits{BatchSize: 1 + random.IntN(20), Workers: 1 + random.IntN(20), Window: 50 + random.IntN(2000)}}
			if random.IntN(2) == 0 {
				job.Names = func(r *user.Record) []string { return []string{fmt.Sprint("n", r.Origin.Record%7), r.User.ID} }
			}
			job.Looked = func(_ context.Context, rs []*user.Record, known []user.LedgerEntry, _ int) error {
				time.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond)
				for i, r := range rs {
					m.ok(known[i], r.User.ID)
				}
				looked += len(rs)
				return nil
			}
			if random.IntN(2) == 0 {
				job.Journal = new(looks)
			}
			if _, err := job.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(m.list) != n || len(a.wrong) > 0 {
				t.Fatal(seed, len(m.list), a.wrong)
			}
			for i, o := range m.list {
				if o.Status != want[i] || o.Record != all[i] {
					t.Fatalf("seed %d: record %d (%s) is %s, want %s", seed, i+1, o.Record.User.ID, o.Status, want[i])
				}
			}
			reused += m.reused
		})
	}
	if reused == 0 {
		t.Error("no memory was used again")
	}
}
