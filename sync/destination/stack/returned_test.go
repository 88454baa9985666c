package stack_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// deletions are remembered.
type deletions struct {
	ids []string
	err error
}

func (d deletions) AreDeleted(_ context.Context, ids []string) (map[string]bool, error) {
	deleted := map[string]bool{}
	for _, id := range ids {
		if slices.Contains(d.ids, id) {
			deleted[id] = true
		}
	}
	return deleted, d.err
}

// A user who was only deactivated is looked up before a create, if the API might make a second one.
func TestReturned(t *testing.T) {
	keeps := destination.Traits{OwnKeys: true, Ops: map[user.Op]destination.OpTraits{user.Delete: {Keeps: true}}}
	with := func(change func(*destination.Traits)) destination.Traits {
		t := keeps
		change(&t)
		return t
	}
	const none = ""
	for name, s := range map[string]struct {
		traits    destination.Traits
		remembers string
		before    bool // a row of this run has deleted the user
		intent    user.Op
		held      string
		want      string
		calls     string
		reads     int
	}{
		"there":                        {keeps, "a", false, user.Upsert, "a=0", "updated", "update a", 1},
		"there, in mode create":        {keeps, "a", false, user.Create, "a=1", "refused:exists", none, 1},
		"there as the row says":        {keeps, "a", false, user.Upsert, "a=1", "unchanged:adopted", none, 1},
		"there, and perhaps inactive":  {keeps, "a", false, user.Upsert, "a=1", "updated", "update a", 1},
		"not there":                    {keeps, "a", false, user.Upsert, "", "created", "create a", 1},
		"deleted by this run":          {keeps, "", true, user.Upsert, "a=0", "updated", "update a", 1},
		"another was deleted":          {keeps, "b", false, user.Upsert, "", "created", "create a", 0},
		"really deleted":               {destination.Traits{OwnKeys: true}, "a", false, user.Upsert, "", "created", "create a", 0},
		"nobody can tell":              {with(func(t *destination.Traits) { t.Blind = true }), "a", false, user.Upsert, "", "created", "create a", 0},
		"nobody can tell without keys": {with(func(t *destination.Traits) { t.FindsByKey = true }), "a", false, user.Upsert, "", "created", "create a", 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := scene{replay: destination.Detectable, held: s.held, traits: func(t *destination.Traits) {
				t.OwnKeys, t.Blind, t.FindsByKey = s.traits.OwnKeys, s.traits.Blind, s.traits.FindsByKey
				t.Ops[user.Delete] = destination.OpTraits{Max: 1, Replay: destination.Safe, Keeps: s.traits.Ops[user.Delete].Keeps}
			}}.fake()
			f.inactive = name == "there, and perhaps inactive"
			r := records("a=1", s.intent)
			r[0].DeletedBefore = s.before
			o := options(new(pacer), 2)
			o.Keys.Deletions = deletions{ids: strings.Fields(s.remembers)}
			got, err := o.Wrap(keyMaker{readable{f}}).Apply(t.Context(), user.Batch{Op: user.Create, Records: r})
			if err != nil {
				t.Fatal(err)
			}
			word := strings.TrimSuffix(string(got[0].Status)+":"+got[0].Code, ":")
			if calls := strings.Join(f.calls, ", "); word != s.want || calls != s.calls || f.reads != s.reads {
				t.Errorf("%s by %q and %d reads, want %s by %q and %d", word, calls, f.reads, s.want, s.calls, s.reads)
			}
		})
	}
}

// If the ledger cannot tell, nothing is sent.
func TestReturnedLedgerFails(t *testing.T) {
	f := scene{replay: destination.Detectable, traits: func(t *destination.Traits) {
		t.OwnKeys, t.Ops[user.Delete] = true, destination.OpTraits{Max: 1, Keeps: true}
	}}.fake()
	o, broken := options(new(pacer), 2), errors.New("broken")
	o.Keys.Deletions = deletions{err: broken}
	_, err := o.Wrap(keyMaker{readable{f}}).Apply(t.Context(), user.Batch{Op: user.Create, Records: records("a=1", user.Upsert)})
	if !errors.Is(err, broken) || len(f.calls) > 0 {
		t.Errorf("%v, calls %v", err, f.calls)
	}
}
