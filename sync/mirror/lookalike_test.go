package mirror

import (
	"context"
	"slices"
	"testing"

	"usersync/sync/guard"
	"usersync/sync/user"
)

// similar finds the rows it holds, and keeps the ids that it was asked about.
type similar struct {
	rows []int64
	ids  []string
}

func (s *similar) NoteIDs(_ context.Context, ids []string, _ []user.LedgerEntry) error {
	s.ids = append(s.ids, ids...)
	return nil
}

func (s *similar) Found(row int64) bool { return slices.Contains(s.rows, row) }

// A missing user who looks like a new id is not deleted: the deletion is refused, in its
// place, and counts for no rule.
func TestLookalikesAreHeldBack(t *testing.T) {
	f := newFeed("a", "b", "c", "d", "e")
	for name, c := range map[string]struct {
		rules  func(*Rules)
		rows   []int64
		held   []string
		others int
	}{
		"none looks like a new id":       {func(*Rules) {}, nil, nil, 3},
		"one does":                       {func(*Rules) {}, []int64{3}, []string{"c"}, 2},
		"all do, whatever the rules are": {func(r *Rules) { r.Unproven, r.MaxDelete = "x.csv", Limit{Set: true} }, []int64{2, 3, 4}, []string{"b", "c", "d"}, 0},
		"they count for no limit":        {func(r *Rules) { r.MaxDelete = Limit{Set: true, Count: 1} }, []int64{2, 4}, []string{"b", "d"}, 1},
		"they are accepted":              {func(r *Rules) { r.AcceptLookalikes = true }, []int64{3}, nil, 3},
		"one that is in the input":       {func(*Rules) {}, []int64{1}, nil, 3},
		"some were written before":       {func(r *Rules) { r.After = "b" }, []int64{2, 3}, []string{"c"}, 1},
	} {
		s := &similar{rows: c.rows}
		p := presence(t, f)
		p.Similar = s
		input(t, p, f, 0, "a", "e", "?A")
		r := lenient()
		c.rules(&r)
		var held []string
		others := 0
		for part, err := range Missing(t.Context(), f, p, r) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, d := range part {
				switch o := user.Unsent(cmpErr(d.Err)); {
				case d.Err == nil:
					others++
				case o.Status == user.Refused && o.Code == user.CodeLookalike:
					held = append(held, d.User.ID)
				default:
					t.Errorf("%s: %+v", name, o)
				}
			}
		}
		if !slices.Equal(held, c.held) || others != c.others {
			t.Errorf("%s: %q held back and %d deleted, want %q and %d", name, held, others, c.held, c.others)
		}
		if !slices.Equal(s.ids, []string{"A"}) {
			t.Errorf("%s: asked about %q, want the invalid row's id", name, s.ids)
		}
	}
}

func cmpErr(err error) error {
	if err == nil {
		return &user.InvalidError{}
	}
	return err
}

// The list of those that a rule keeps from being deleted leaves them out.
func TestRowsLeaveOutLookalikes(t *testing.T) {
	f := newFeed("a", "b", "c")
	p := presence(t, f)
	p.Similar = &similar{rows: []int64{2}}
	input(t, p, f, 0, "a")
	r := lenient()
	r.Unproven = "x.csv"
	if _, err := deleted(t, f, p, r); guardName(err) != Guard {
		t.Error(err)
	}
	var listed []string
	for row, err := range Rows(t.Context(), f, p, r) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, row.ID)
	}
	if !slices.Equal(listed, []string{"c"}) {
		t.Errorf("listed %q", listed)
	}
}

func guardName(err error) string {
	if tripped, ok := err.(*guard.Error); ok {
		return tripped.Name
	}
	return ""
}
