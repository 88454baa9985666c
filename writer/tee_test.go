package writer

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

type list struct {
	got []int
	err error
}

func (l *list) Write(o *user.Outcome) error {
	if l.err == nil {
		l.got = append(l.got, o.Record.Origin.Record)
	}
	return l.err
}

func numbered(n int, status user.Status, code string) *user.Outcome {
	return &user.Outcome{Record: &user.Record{Origin: user.Origin{Record: n}}, Status: status, Code: code}
}

func TestTeeAndOnly(t *testing.T) {
	all, rejected := &list{}, &list{}
	w := Tee(all, Only(func(o *user.Outcome) bool { return o.Status.Rejected() }, rejected))
	for i, status := range user.Statuses {
		if err := w.Write(numbered(i, status, "")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8}, {5, 6, 7, 8}}, [][]int{all.got, rejected.got}); diff != "" {
		t.Error(diff)
	}
}

func TestTeeStopsAtTheFirstError(t *testing.T) {
	before, broken, after := &list{}, &list{err: errFull}, &list{}
	err := Tee(before, Only(func(*user.Outcome) bool { return true }, broken), after).Write(numbered(1, user.Created, ""))
	if !errors.Is(err, errFull) || len(before.got) != 1 || len(after.got) != 0 {
		t.Errorf("%v: before %v, after %v", err, before.got, after.got)
	}
}

func TestCodes(t *testing.T) {
	var c Codes
	for i, code := range []string{"", "b", "a", "c", "c", "c", "a", "b", "d"} {
		if err := c.Write(numbered(i+1, user.Refused, code)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Write(numbered(10, user.Created, user.CodeReplayed)); err != nil {
		t.Fatal(err)
	}
	want := map[user.Status][]Code{
		user.Refused: {{"c", 3}, {"a", 2}, {"b", 2}},
		user.Created: {{user.CodeReplayed, 1}},
	}
	if diff := cmp.Diff(want, c.Top(3)); diff != "" {
		t.Error(diff)
	}
}

func TestCodesTakeBoundedMemory(t *testing.T) {
	var c Codes
	const different = 3 * mostCodes
	for i := range different {
		if err := c.Write(numbered(i, user.Refused, fmt.Sprint("code ", i))); err != nil {
			t.Fatal(err)
		}
	}
	top := c.Top(different)[user.Refused]
	if len(top) != mostCodes+1 || top[0] != (Code{"other", different - mostCodes}) {
		t.Errorf("%d codes are kept, the first %v", len(top), top[0])
	}
}
