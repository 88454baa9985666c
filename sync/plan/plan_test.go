package plan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// phoned returns records of users, one for each phone given as ID=PHONE.
func phoned(users ...string) []*user.Record {
	var all []*user.Record
	for i, text := range users {
		id, phone, _ := strings.Cut(text, "=")
		all = append(all, &user.Record{Op: user.Upsert, Origin: user.Origin{Record: i + 1},
			User: user.User{ID: id, Attributes: []user.Attribute{{Field: user.Phone, Value: user.Value{Text: phone}}}}})
	}
	return all
}

func inOrderOf(records []*user.Record) iter.Seq2[*user.Record, error] {
	return func(yield func(*user.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// file is where a plan is written in tests: FILE.partial, and then FILE.
type file struct {
	*os.File
	name string
}

func (f *file) Path() string { return f.File.Name() }

func (f *file) Commit() error { return errors.Join(f.Close(), os.Rename(f.Path(), f.name)) }

func write(t *testing.T, path string, h Header, key fingerprint.Key) *Writer {
	t.Helper()
	f, err := os.Create(path + ".partial")
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWriter(&file{f, path}, h, key)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A plan gives each record its call, and finds every difference between the input and the one
// that it was made for.
func TestPlanIsMergedWithItsInput(t *testing.T) {
	key := fingerprint.NewKey()
	path := filepath.Join(t.TempDir(), "plan.jsonl")
	made := phoned("a=1", "b=2", "c=3", "d=4")
	file := write(t, path, Header{Inputs: []string{"users.csv"}}, key)
	for i, op := range []user.Op{user.Create, "", user.Delete, user.SameAsPlanned} {
		if op == "" {
			continue
		}
		if err := file.Add(made[i], op); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(file.Finish(4), file.Drop()); err != nil {
		t.Fatal(err)
	}
	unfit := phoned("a=1", "b=2", "c=3", "d=4")
	unfit[2].Err = errors.New("unfit")
	for name, c := range map[string]struct {
		records []*user.Record
		written int
		ops     []user.Op
		err     string
	}{
		"the same input":             {records: phoned("a=1", "b=2", "c=3", "d=4"), ops: []user.Op{"create", "", "delete", "same"}},
		"the rest of a run":          {records: phoned("a=1", "b=2", "c=3", "d=4")[2:], written: 2, ops: []user.Op{"delete", "same"}},
		"nothing left of a run":      {written: 4},
		"another value":              {records: phoned("a=9", "b=2", "c=3", "d=4"), err: "record 1 is not what it was"},
		"another id":                 {records: phoned("a=1", "b=2", "x=3", "d=4"), ops: []user.Op{"create", ""}, err: "record 3 is not what it was"},
		"a record that is unfit now": {records: unfit, ops: []user.Op{"create", ""}, err: "record 3 is not what it was"},
		"a record less":              {records: phoned("a=1", "b=2", "c=3"), ops: []user.Op{"create", "", "delete"}, err: "made for 4 records, but the input has 3"},
		"a record more":              {records: phoned("a=1", "b=2", "c=3", "d=4", "e=5"), ops: []user.Op{"create", "", "delete", "same", ""}, err: "made for 4 records, but the input has 5"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			p.Bind(key)
			var ops []user.Op
			var failed error
			for r, err := range p.Apply(inOrderOf(c.records), c.written) {
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
			if _, typed := errors.AsType[*Error](failed); failed != nil && !typed {
				t.Errorf("%T, want an *Error", failed)
			}
		})
	}
}

// A plan that is truncated anywhere is refused.
func TestTruncatedPlanIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plan.jsonl")
	file := write(t, path, Header{}, fingerprint.NewKey())
	if err := errors.Join(file.Add(phoned("a=1")[0], user.Create), file.Finish(1)); err != nil {
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
		if p, err := Open(cut); err == nil {
			p.Close()
			t.Fatalf("cut at byte %d of %d, and taken", n, len(whole))
		}
	}
}

// A plan that was edited anywhere before its last line is refused.
func TestEditedPlanIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plan.jsonl")
	w := write(t, path, Header{Inputs: []string{"users.csv"}}, fingerprint.NewKey())
	if err := errors.Join(w.Add(phoned("a=1")[0], user.Create), w.Finish(1)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	edited := filepath.Join(dir, "edited.jsonl")
	for n := range last {
		other := bytes.Clone(whole)
		other[n] ^= 1
		if err := os.WriteFile(edited, other, 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := Open(edited); err == nil {
			p.Close()
			t.Fatalf("byte %d of %d was changed, and the plan taken", n, len(whole))
		}
	}
}

// A world-writable plan is refused: it names where users are sent.
func TestWorldWritablePlanIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.jsonl")
	w := write(t, path, Header{}, fingerprint.NewKey())
	if err := errors.Join(w.Finish(0), os.Chmod(path, 0o666)); err != nil {
		t.Fatal(err)
	}
	_, err := Open(path)
	if _, typed := errors.AsType[*Error](err); !typed {
		t.Errorf("%v, want an *Error", err)
	}
}

// An unfinished plan leaves no file.
func TestDroppedPlan(t *testing.T) {
	dir := t.TempDir()
	w := write(t, filepath.Join(dir, "plan.jsonl"), Header{}, fingerprint.NewKey())
	if err := errors.Join(w.Add(phoned("a=1")[0], user.Create), w.Drop()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is still there, %v", left, err)
	}
}

// The deletions of a mirror pass if they are exactly those of the plan, wherever an earlier
// part of the run has stopped.
func TestDeletionsAreThoseOfThePlan(t *testing.T) {
	key := fingerprint.NewKey()
	path := filepath.Join(t.TempDir(), "plan.jsonl")
	gone := func(from int, ids ...string) (all []*user.Record) {
		for i, id := range ids {
			all = append(all, &user.Record{Op: user.Delete, Origin: user.Origin{Record: from + i, Absent: true}, User: user.User{ID: id}})
		}
		return all
	}
	listed := phoned("a=1", "b=2")
	w := write(t, path, Header{}, key)
	err := w.Add(listed[0], user.Create)
	for _, r := range gone(3, "x", "y", "z") {
		err = errors.Join(err, w.Add(r, user.Delete))
	}
	if err = errors.Join(err, w.Finish(2)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		written int
		found   []*user.Record
		passed  int
		says    string
	}{
		"the same":            {0, gone(3, "x", "y", "z"), 3, ""},
		"behind the input":    {2, gone(3, "x", "y", "z"), 3, ""},
		"among the deletions": {4, gone(5, "z"), 1, ""},
		"behind all of them":  {5, nil, 0, ""},
		"one is held back":    {0, heldBack(gone(3, "x", "y", "z"), 1), 3, ""},
		"another user":        {0, gone(3, "x", "w"), 0, "record 4 is not what it was"},
		"one more":            {0, gone(3, "x", "y", "z", "zz"), 0, "record 6 would delete a user, but the plan does not"},
		"one less":            {0, gone(3, "x", "y"), 2, "it deletes users that are no longer missing from the input, from record 5 on"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			p.Bind(key)
			for _, err := range p.Apply(inOrderOf(listed[min(c.written, 2):]), c.written) {
				if err != nil {
					t.Fatal(err)
				}
			}
			passed, failed := 0, error(nil)
			found := func(context.Context) iter.Seq2[[]*user.Record, error] {
				return func(yield func([]*user.Record, error) bool) {
					if len(c.found) > 0 {
						yield(c.found, nil)
					}
				}
			}
			for part, err := range p.ApplyDeletions(found)(t.Context()) {
				passed += len(part)
				failed = err
				for _, r := range part {
					if r.Err != nil && r.Planned != "" {
						t.Errorf("record %d is held back, and planned as %s", r.Origin.Record, r.Planned)
					}
				}
			}
			if passed != c.passed || (failed == nil) != (c.says == "") || failed != nil && !strings.Contains(failed.Error(), c.says) {
				t.Errorf("%d passed, %v; want %d, %q", passed, failed, c.passed, c.says)
			}
		})
	}
}

func heldBack(records []*user.Record, i int) []*user.Record {
	records[i].Err = &user.RefusedError{Code: user.CodeLookalike}
	return records
}

// Whatever a plan holds, its own input gets exactly that, and a single changed record is
// found.
func TestPlanFitsOnlyItsInput(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	ops := []user.Op{"", user.Create, user.Update, user.Delete, user.SameAsPlanned}
	dir := t.TempDir()
	for n := range 60 {
		key, path := fingerprint.NewKey(), filepath.Join(dir, fmt.Sprint(n))
		var texts []string
		var want []user.Op
		for i := range 1 + random.IntN(40) {
			texts, want = append(texts, fmt.Sprintf("u%d=%d", random.IntN(20), i)), append(want, ops[random.IntN(len(ops))])
		}
		w := write(t, path, Header{}, key)
		for i, r := range phoned(texts...) {
			if want[i] != "" {
				if err := w.Add(r, want[i]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Finish(len(texts)); err != nil {
			t.Fatal(err)
		}
		apply := func(records []*user.Record) (got []user.Op, failed error) {
			p, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			p.Bind(key)
			for r, err := range p.Apply(inOrderOf(records), 0) {
				if err != nil {
					return got, err
				}
				got = append(got, r.Planned)
			}
			return got, nil
		}
		if got, err := apply(phoned(texts...)); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v: %q, want %q (%v)", texts, got, want, err)
		}
		changed := random.IntN(len(texts))
		other := slices.Clone(texts)
		other[changed] += "9"
		if got, err := apply(phoned(other...)); (err != nil) != (want[changed] != "") {
			t.Fatalf("record %d was changed, which has the call %q: %q, %v", changed+1, want[changed], got, err)
		}
		if got, err := apply(phoned(texts[:len(texts)-1]...)); err == nil {
			t.Fatalf("a record less: %q", got)
		}
	}
}
