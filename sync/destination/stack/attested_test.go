package stack_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"usersync/sync/destination"
	"usersync/sync/destination/attested"
	"usersync/sync/user"
)

// past is what a ledger knows.
type past struct {
	holds   []string
	deleted map[string]bool
	err     error
}

func (p past) Others(_ context.Context, n int, skip func(string) bool) (list []attested.Other, err error) {
	for _, id := range p.holds {
		if !skip(id) && len(list) < n {
			list = append(list, attested.Other{ID: id})
		}
	}
	return list, p.err
}

func (p past) WasDeleted(ctx context.Context, id string) (bool, error) {
	if p.err == nil && ctx.Err() != nil {
		return false, errors.New("a query that was cut")
	}
	return p.deleted[id], p.err
}

func (p past) Knew(_ context.Context, id string) (bool, error) {
	return p.deleted[id] || slices.Contains(p.holds, id), p.err
}

// absence is one or more deletes, in a batch each, at an API that may have the wrong address.
type absence struct {
	scene
	wrong    bool // the address: deletes and reads find no user
	unread   bool // the API denies every read
	past     attested.Memory
	accept   bool
	doubt    bool            // an earlier part of the run met unproved absences
	before   string          // what this run creates before
	part     map[string]bool // what an earlier part of the run was deleting
	absorbed map[string]bool // what an absorbed run was deleting
	found    int             // most reads; 0 is any number
}

// A delete that finds no user is believed if a read finds another user at the address, or
// if the deletion is remembered, and if a read does not find the user.
func TestAttested(t *testing.T) {
	gone := map[string]bool{"a": true}
	for name, c := range map[string]absence{
		"a user of the ledger is there":               {scene: scene{held: "z=1", send: "a b", want: "deleted:already_absent deleted:already_absent"}, past: past{holds: []string{"z"}}, found: 3},
		"some of the ledger are gone":                 {scene: scene{held: "z=1", send: "a", want: "deleted:already_absent"}, past: past{holds: []string{"v", "w", "x", "z"}}},
		"all of the ledger are gone":                  {scene: scene{send: "a", want: "in_doubt:unproved_absent"}, past: past{holds: []string{"x", "z"}}},
		"only those that it deletes":                  {scene: scene{held: "b=1", send: "a b", want: "in_doubt:unproved_absent deleted"}, past: past{holds: []string{"a"}}, found: 1},
		"the wrong address":                           {scene: scene{held: "a=1 z=1", send: "a", want: "in_doubt:unproved_absent"}, wrong: true, past: past{holds: []string{"z"}}},
		"remembered":                                  {scene: scene{send: "a b", want: "deleted:already_absent in_doubt:unproved_absent"}, past: past{deleted: gone}},
		"remembered, and no reads":                    {scene: scene{blind: true, send: "a b", want: "deleted:already_absent in_doubt:unproved_absent"}, past: past{deleted: gone, holds: []string{"z"}}},
		"deleted by this run":                         {scene: scene{held: "a=1", send: "a a", want: "deleted deleted:already_absent"}},
		"no ledger":                                   {scene: scene{held: "z=1", send: "a", want: "in_doubt:unproved_absent"}},
		"created by this run":                         {scene: scene{send: "a", want: "deleted:already_absent"}, before: "y=1"},
		"reads are denied":                            {scene: scene{held: "z=1", send: "a", want: "in_doubt:unproved_absent"}, unread: true, past: past{holds: []string{"z"}}},
		"accepted":                                    {scene: scene{send: "a", want: "deleted:already_absent"}, accept: true, found: 1},
		"there after all":                             {scene: scene{held: "a=1 z=1", send: "a", faults: []fault{forgets}, want: "failed:not_deleted"}, past: past{holds: []string{"z"}, deleted: gone}},
		"there after all, though a person accepts":    {scene: scene{held: "a=1", send: "a", faults: []fault{forgets}, want: "failed:not_deleted"}, accept: true},
		"perhaps sent before":                         {scene: scene{send: "?a", want: "deleted:replayed"}, found: -1},
		"perhaps sent before, at an address in doubt": {scene: scene{send: "?a", want: "in_doubt:unproved_absent"}, doubt: true},
		"perhaps sent before, and others are missing": {scene: scene{send: "?a", want: "in_doubt:unproved_absent"}, past: past{holds: []string{"x"}}},
		"perhaps sent before, and others too":         {scene: scene{send: "?a", want: "deleted:replayed"}, past: past{holds: []string{"a", "x"}}, part: map[string]bool{"x": false, "y": true}},
		"confirmed to an earlier part":                {scene: scene{send: "y x", want: "deleted:already_absent in_doubt:unproved_absent"}, part: map[string]bool{"x": false, "y": true}},
		"perhaps deleted by an absorbed run":          {scene: scene{send: "x", want: "deleted:replayed"}, absorbed: map[string]bool{"x": false}},
		"absorbed, and another is not there either":   {scene: scene{send: "x", want: "in_doubt:unproved_absent"}, past: past{holds: []string{"a"}}, absorbed: map[string]bool{"x": false}},
		"all of the ledger are deleted":               {scene: scene{held: "b=1", send: "b a", want: "deleted deleted:already_absent"}, past: past{holds: []string{"a", "b"}}},
		"deleted, and not of the ledger":              {scene: scene{held: "b=1", send: "b a", want: "deleted in_doubt:unproved_absent"}, past: past{holds: []string{"a"}}},
		"after an absence that was unproved":          {scene: scene{send: "a ?b", want: "in_doubt:unproved_absent in_doubt:unproved_absent"}},
		"in doubt, and there":                         {scene: scene{held: "z=1", send: "?a", want: "deleted:replayed"}, doubt: true, past: past{holds: []string{"z"}}},
		"the ledger fails":                            {scene: scene{send: "a", want: "in_doubt:unproved_absent", err: "disk"}, past: past{err: errors.New("disk")}},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, c.play) })
	}
}

func (c absence) play(t *testing.T) {
	c.replay = destination.Detectable
	f := c.fake()
	if c.wrong {
		f.users = map[string]map[user.Field]string{}
	}
	if c.unread {
		f.found = func(int) fault { return denied }
	}
	o := options(new(pacer), 2)
	o.Absences = attested.Absences{Memory: c.past, AcceptAll: c.accept, Doubted: c.doubt, Earlier: c.part, Absorbed: c.absorbed}
	api := o.Wrap(f.client(c.blind))
	if c.before != "" {
		if _, err := api.Apply(t.Context(), user.Batch{Op: user.Create, Records: records(c.before, user.Upsert)}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	var failed error
	for _, r := range records(c.send, user.Delete) {
		outcomes, err := api.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{r}})
		failed = errors.Join(failed, err)
		got = append(got, strings.TrimSuffix(string(outcomes[0].Status)+":"+outcomes[0].Code, ":"))
	}
	if text := strings.Join(got, " "); text != c.want {
		t.Errorf("got  %s\nwant %s", text, c.want)
	}
	if text := strings.TrimPrefix(fmt.Sprint(failed), "<nil>"); text != c.err {
		t.Errorf("error %s, want %s", text, c.err)
	}
	if most := max(c.found, 0); c.found != 0 && f.reads > most {
		t.Errorf("%d reads", f.reads)
	}
}

// A run reads few users to prove its address, however many are absent.
func TestWitnessesAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{replay: destination.Detectable}.fake()
		var left []string
		for i := range 1000 {
			left = append(left, fmt.Sprintf("left-%d", i))
		}
		o := options(new(pacer), 2)
		o.Absences.Memory = past{holds: left}
		api := o.Wrap(f.client(false))
		for _, r := range records(many(100), user.Delete) {
			if _, err := api.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{r}}); err != nil {
				t.Fatal(err)
			}
		}
		if f.reads > 100+24 {
			t.Errorf("%d reads for 100 absences", f.reads)
		}
	})
}

// If the run ends before an absence is proved, the outcome is final: otherwise the next
// part of the run would take the user for one that was deleted.
func TestAnAbsenceIsSettledWhenTheRunEnds(t *testing.T) {
	for _, blind := range []bool{false, true} { // a read ends with the run, or a question to the ledger
		synctest.Test(t, func(t *testing.T) { stoppedWhileAbsent(t, blind) })
	}
}

func stoppedWhileAbsent(t *testing.T, blind bool) {
	f := scene{replay: destination.Detectable, held: "z=1"}.fake()
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	f.applied = func(int, user.Batch) fault {
		cancel(stopped)
		return none
	}
	o := options(new(pacer), 2)
	o.Absences.Memory = past{holds: []string{"z"}}
	b := user.Batch{Op: user.Delete, Records: records("a", user.Delete)}
	outcomes, err := o.Wrap(f.client(blind)).Apply(ctx, b)
	if !errors.Is(err, stopped) || outcomes[0].Status != user.InDoubt || outcomes[0].Code != user.CodeUnprovedAbsent {
		t.Errorf("%s %s, %v", outcomes[0].Status, outcomes[0].Code, err)
	}
}

// Of a call that deletes several users each absence is proved on its own, and the address
// once.
func TestAbsencesOfOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{replay: destination.Detectable, held: "b=1 z=1", traits: func(t *destination.Traits) {
			t.Ops[user.Delete] = destination.OpTraits{Max: 100, Replay: destination.Safe}
		}}.fake()
		o := options(new(pacer), 2)
		o.Absences.Memory = past{holds: []string{"a", "c", "z"}, deleted: map[string]bool{"c": true}}
		outcomes, err := o.Wrap(f.client(false)).Apply(t.Context(), user.Batch{Op: user.Delete, Records: records("a b c", user.Delete)})
		if err != nil {
			t.Fatal(err)
		}
		codes := []string{outcomes[0].Code, outcomes[1].Code, outcomes[2].Code}
		if want := []string{user.CodeAlreadyAbsent, "", user.CodeAlreadyAbsent}; !slices.Equal(codes, want) || f.reads != 3 {
			t.Errorf("codes %q after %d reads", codes, f.reads)
		}
		if outcomes[0].Remembered || !outcomes[2].Remembered {
			t.Errorf("remembered: %t, %t", outcomes[0].Remembered, outcomes[2].Remembered)
		}
	})
}

// lenient is a client for which a 404 to a delete is a success.
type lenient struct{ readable }

func (l lenient) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := l.readable.Apply(ctx, b)
	for i := range outcomes {
		if outcomes[i].Status == user.Missing {
			outcomes[i].Status = user.Deleted
		}
	}
	return outcomes, err
}

// A 404 to a delete needs a proof, also if it is said to be a success.
func TestASuccessWith404NeedsAProof(t *testing.T) {
	for id, want := range map[string]string{"a": "in_doubt:unproved_absent", "?a": "deleted:replayed", "b": "deleted:"} {
		synctest.Test(t, func(t *testing.T) {
			f := scene{replay: destination.Detectable, held: "b=1"}.fake()
			b := user.Batch{Op: user.Delete, Records: records(id, user.Delete)}
			outcomes, err := options(new(pacer), 2).Wrap(lenient{readable{f}}).Apply(t.Context(), b)
			if got := string(outcomes[0].Status) + ":" + outcomes[0].Code; err != nil || got != want {
				t.Errorf("%s: %s, %v, want %s", id, got, err, want)
			}
		})
	}
}

// An address can stop working: a proof does not last.
func TestAProofDoesNotLast(t *testing.T) {
	for _, pause := range []time.Duration{0, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			f := scene{replay: destination.Detectable, held: "z=1"}.fake()
			o := options(new(pacer), 2)
			o.Absences.Memory = past{holds: []string{"z"}}
			api := o.Wrap(f.client(false))
			believed := 0
			for n, r := range records(many(300), user.Delete) {
				outcomes, err := api.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{r}})
				if err != nil {
					t.Fatal(err)
				}
				if outcomes[0].Status == user.Deleted {
					believed++
				}
				if n == 0 {
					delete(f.users, "z")
					time.Sleep(pause)
				}
			}
			if want := 100; pause == 0 && believed != want || pause > 0 && believed != 1 {
				t.Errorf("after %s %d absences are believed", pause, believed)
			}
		})
	}
}

// An absence waits for the calls that are in flight: one of them may show that the
// address works.
func TestAnAbsenceWaitsForOtherCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{replay: destination.Detectable, held: "b=1"}.fake()
		slow := delayedDelete{readable{f}}
		o := options(new(pacer), 2)
		o.Absences.Memory = past{holds: []string{"a", "b"}}
		api := o.Wrap(slow)
		outcomes := make([]user.Outcome, 2)
		var group errgroup.Group
		for i, r := range records("a b", user.Delete) {
			group.Go(func() error {
				got, err := api.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{r}})
				outcomes[i] = got[0]
				return err
			})
		}
		if err := group.Wait(); err != nil || outcomes[0].Code != user.CodeAlreadyAbsent || outcomes[1].Status != user.Deleted {
			t.Errorf("%s %s, %s, %v", outcomes[0].Status, outcomes[0].Code, outcomes[1].Status, err)
		}
	})
}

// delayedDelete is an API that answers late that it has deleted b.
type delayedDelete struct{ readable }

func (d delayedDelete) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := d.readable.Apply(ctx, b)
	if b.Records[0].User.ID == "b" {
		time.Sleep(time.Minute)
	}
	return outcomes, err
}
