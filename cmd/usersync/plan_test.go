package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/engine"
	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer"
)

// phoned are records of users, one for each phone given as ID=PHONE.
func phoned(users ...string) []*user.Record {
	var all []*user.Record
	for i, text := range users {
		id, phone, _ := strings.Cut(text, "=")
		all = append(all, &user.Record{Op: user.Upsert, Origin: user.Origin{Record: i + 1},
			User: user.User{ID: id, Attributes: []user.Attribute{{Field: user.Phone, Value: user.Value{Text: phone}}}}})
	}
	return all
}

func inOrderOf(records []*user.Record) reader.Records {
	return func(yield func(*user.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// A plan gives each record its call, and finds every difference between the input
// and the one that it was made for.
func TestAPlanIsMergedWithItsInput(t *testing.T) {
	key := ledger.NewKey()
	path := filepath.Join(t.TempDir(), "plan.jsonl")
	made := phoned("a=1", "b=2", "c=3", "d=4")
	file, err := newPlanFile(path, planHeader{Inputs: []string{"users.csv"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	for i, op := range []user.Op{user.Create, "", user.Delete, engine.SameAsPlanned} {
		if op == "" {
			continue
		}
		if err := file.add(made[i], op); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(file.finish(4), file.drop()); err != nil {
		t.Fatal(err)
	}
	unfit := phoned("a=1", "b=2", "c=3", "d=4")
	unfit[2].Err = errors.New("unfit")
	for name, c := range map[string]struct {
		records []*user.Record
		behind  int
		ops     []user.Op
		err     string
	}{
		"the same input":             {records: phoned("a=1", "b=2", "c=3", "d=4"), ops: []user.Op{"create", "", "delete", "same"}},
		"the rest of a run":          {records: phoned("a=1", "b=2", "c=3", "d=4")[2:], behind: 2, ops: []user.Op{"delete", "same"}},
		"nothing left of a run":      {behind: 4},
		"another value":              {records: phoned("a=9", "b=2", "c=3", "d=4"), err: "record 1 is not what it was"},
		"another id":                 {records: phoned("a=1", "b=2", "x=3", "d=4"), ops: []user.Op{"create", ""}, err: "record 3 is not what it was"},
		"a record that is unfit now": {records: unfit, ops: []user.Op{"create", ""}, err: "record 3 is not what it was"},
		"a record less":              {records: phoned("a=1", "b=2", "c=3"), ops: []user.Op{"create", "", "delete"}, err: "made for 4 records, and the input has 3"},
		"a record more":              {records: phoned("a=1", "b=2", "c=3", "d=4", "e=5"), ops: []user.Op{"create", "", "delete", "same", ""}, err: "made for 4 records, and the input has 5"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := openPlan(path)
			if err != nil {
				t.Fatal(err)
			}
			defer p.close()
			p.key = key
			var ops []user.Op
			var failed error
			for r, err := range p.over(inOrderOf(c.records), c.behind) {
				if failed = err; err == nil {
					ops = append(ops, r.Planned)
				}
			}
			if !slices.Equal(ops, c.ops) {
				t.Errorf("calls %q, want %q", ops, c.ops)
			}
			if (failed == nil) != (c.err == "") || failed != nil && !strings.Contains(failed.Error(), c.err) {
				t.Errorf("error %v, want %q", failed, c.err)
			}
			if failed != nil && exitCode(failed, tally{}) != exit.Misuse {
				t.Errorf("exit code %d", exitCode(failed, tally{}))
			}
		})
	}
}

// A plan that ends anywhere before its end is none: each cut is found.
func TestACutPlanIsFound(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plan.jsonl")
	file, err := newPlanFile(path, planHeader{}, ledger.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(file.add(phoned("a=1")[0], user.Create), file.finish(1)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		cut := filepath.Join(dir, "cut.jsonl")
		if err := os.WriteFile(cut, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := openPlan(cut); err == nil {
			p.close()
			t.Fatalf("cut at byte %d of %d, and taken", n, len(whole))
		}
	}
}

// What a plan would have done is known for later records, whether it is still in
// memory or on the disk by then.
func TestForesightRemembersBeyondItsMemory(t *testing.T) {
	ctx := context.Background()
	sight := newForesight(ctx, nil, false)
	defer func() {
		if err := sight.scratch.close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(sight.scratch.dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there", sight.scratch.dir)
		}
	}()
	records := phoned("made=1", "changed=2", "gone=3")
	for i, o := range []user.Outcome{{Status: user.Created, Remote: "planned"}, {Status: user.Updated}, {Status: user.Deleted}} {
		o.Record = records[i]
		if err := sight.scratch.Write(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := sight.scratch.spill(3); err != nil {
		t.Fatal(err)
	}
	known, err := sight.Look(ctx, []string{"made", "changed", "gone", "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	var standings []user.Standing
	for _, k := range known {
		standings = append(standings, k.Standing)
	}
	if want := []user.Standing{user.Held, user.Held, user.Absent, user.Absent}; !slices.Equal(standings, want) {
		t.Errorf("standings %v, want %v", standings, want)
	}
	if !sight.Same(known[0], &records[0].User) || sight.Same(known[1], &phoned("changed=9")[0].User) {
		t.Error("what they hold is not known")
	}
	if sight.Marked() != 3 || len(sight.scratch.entries) != 0 {
		t.Errorf("marked %d, %d in memory", sight.Marked(), len(sight.scratch.entries))
	}
}

func TestChanges(t *testing.T) {
	known := user.Prints{Fields: []user.Print{{Field: user.Phone, Sum: 1}}}
	var c changes
	c.add(known, nil)
	c.add(known, []user.Field{user.Phone, user.Email})
	c.add(known, []user.Field{user.Phone})
	c.add(known, []user.Field{secretFields})
	want := []fieldChange{{Field: user.Phone, Users: 2}, {Field: user.Email, Users: 1, New: 1}, {Field: secretFields, Users: 1, New: 1}}
	if diff := cmp.Diff(want, c.list()); diff != "" || c.compared != 4 || c.changed != 3 {
		t.Errorf("%d compared, %d changed: %s", c.compared, c.changed, diff)
	}
}

func TestChangeLimits(t *testing.T) {
	for text, ok := range map[string]bool{"10%": true, "25": true, "phone=2%": true, "phone=0": true, "=2%": false, "phone=": false, "much": false, "101%": false} {
		var l changeLimits
		if err := l.add(text); (err == nil) != ok || l.given() != ok {
			t.Errorf("%q: %v, given %t", text, err, l.given())
		}
	}
}

// With --detailed-exitcode every code says one thing.
func TestDetailedExitCode(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		invalid int
		changes bool
		want    int
	}{
		"nothing to do":              {want: 0},
		"users to send":              {changes: true, want: 2},
		"users to send, some unfit":  {changes: true, invalid: 1, want: 2},
		"nothing to send but unfit":  {invalid: 1, want: 1},
		"a wrong flag":               {err: exit.Usage(errors.New("unknown flag"), "", ""), want: 1},
		"a guard, and users to send": {err: &guard.Error{}, changes: true, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			found := tally{read: 9, outcomes: writer.Outcomes{Invalid: c.invalid}, detailed: detailed{asked: true, changes: c.changes}}
			if got := exitCode(c.err, found); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
	for args, asked := range map[string]bool{"plan --detailed-exitcode x": true, "plan --detailed-exitcode=true": true, "plan x": false, "run --detailed-exitcode": false} {
		if asksDetailed(strings.Fields(args)) != asked {
			t.Errorf("%s: %t", args, !asked)
		}
	}
}
