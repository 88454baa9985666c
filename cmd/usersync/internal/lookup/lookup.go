// Package lookup collects what is known about one user, for explain: what the runs say, what
// the ledger holds, and what the row of the input gave. It sends nothing and changes nothing.
//
// Start at Source.
package lookup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/explain"
	"usersync/sync/journal"
	"usersync/sync/pseudonym"
)

// Source is where it is looked up.
type Source struct {
	Config *config.Config
	Wrong  error // with the settings of the command, which do not lead to the ledger then
	// Settings returns those of a run, with the flags of the command if they are wanted.
	Settings func(h journal.Header, withFlags bool) (*config.Config, error)
	Runs     int  // how many runs are described at most, the newest first
	Values   bool // also the values of the fields
}

// Collect returns what is known about the user that q asks for.
func (s Source) Collect(ctx context.Context, q explain.Query) (*explain.Explanation, error) {
	found, err := explain.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	now := ledgerView{s, found.Asked(q.Run)}
	x := &explain.Explanation{Format: explain.Format, ID: q.ID, Alike: found.Alike, NotSearched: found.NotSearched, Runs: []explain.Run{}}
	if pseudonym.Is(q.ID) && len(found.Hits) > 0 {
		q.ID = found.Hits[0].ID()
		if found, err = explain.Search(ctx, q); err != nil { // other runs hold the id, or another pseudonym
			return nil, err
		}
	}
	if err := now.read(ctx, q, x); err != nil {
		return nil, err
	}
	if q.Remote != "" && x.ID != "" && x.ID != q.ID { // the index knows ids
		q.ID, q.Remote = x.ID, ""
		if found, err = explain.Search(ctx, q); err != nil {
			return nil, err
		}
		x.NotSearched = found.NotSearched
	}
	found.LedgerCommand = now.command
	s.addRuns(ctx, q, found, x)
	missing := found.Missing(q.RunsDir, q.ID, x.Ledger)
	if missing != "" {
		x.LedgerNote = strings.TrimPrefix(x.LedgerNote+" "+missing, " ")
	}
	if q.Run == "" && missing == "" {
		x.Without = found.Without(q.RunsDir)
	}
	x.Next = nextOf(x)
	return x, nil
}

// addRuns describes the newest of the runs that have the user, or the one that was asked for.
// What later runs did with the user is part of what is said about a run.
func (s Source) addRuns(ctx context.Context, q explain.Query, found *explain.Found, x *explain.Explanation) {
	var later []explain.Run
	for i, hit := range found.Hits {
		if i == s.Runs && q.Run == "" {
			x.OlderRuns = len(found.Hits) - i
			break
		}
		x.ID = cmp.Or(x.ID, hit.ID())
		r := found.Describe(q.RunsDir, hit, s.asked(hit.Header), x.Holds(hit.Header.Scope.Destination), later)
		later = append(later, r)
		if q.Run != "" && hit.Run != q.Run {
			continue
		}
		if i == 0 || q.Run != "" || s.Values {
			s.addFields(ctx, hit, &r, s.Values)
		}
		if x.Runs = append(x.Runs, r); q.Run != "" {
			return
		}
	}
}

// asked is what the settings of a run say, if they are the same as then.
func (s Source) asked(h journal.Header) explain.Asked {
	c, err := s.Settings(h, false)
	if err != nil || !c.SameRun(h.ConfigSHA256) {
		return explain.Asked{}
	}
	return explain.Asked{Known: true, ByRow: c.Input.OpColumn.IsSet(), Ledger: c.Ledger.URL != config.NoLedger}
}

// nextOf is the command for the newest row that needs one.
func nextOf(x *explain.Explanation) string {
	for _, r := range x.Runs {
		if next := r.Records[0].Next; next != "" {
			return next
		}
	}
	for _, w := range x.Without {
		if w.Next != "" {
			return w.Next
		}
	}
	return ""
}

// NothingKnown says what was searched, and which ids look like the one asked for.
func (s Source) NothingKnown(x *explain.Explanation, q explain.Query) error {
	what, where := "this id", "a run in "+q.RunsDir
	if q.Run != "" {
		where = "run " + q.Run
	}
	err := errors.New("explain a user: neither the ledger nor " + where + " has this id")
	if q.Remote != "" {
		what, err = "this key", errors.New("explain a user: neither the ledger nor "+where+" has this key of the API")
	}
	hint, next := "ids are compared byte for byte; --runs-dir says where runs are", ""
	if q.Remote == "" {
		hint += "; a row that could not be parsed has no id: search the rejects for it"
		next = rejectsOf(q)
	}
	if len(x.Alike) > 0 {
		hint, next = "these ids look like it: "+exit.List(x.Alike), s.Config.Invocation.Without("remote").Again(x.Alike[0])
	}
	for _, w := range x.Without {
		hint += fmt.Sprintf("; not in run %s: %s", w.Run, strings.TrimSuffix(w.Why, "."))
		if len(x.Alike) == 0 {
			next = cmp.Or(w.Next, next)
		}
	}
	if x.LedgerNote != "" && x.LedgerNote != unknownToLedger {
		hint += ". " + strings.TrimSuffix(x.LedgerNote, ".")
	}
	if n := len(x.NotSearched); n > 0 {
		hint += fmt.Sprintf("; %s may have %s and could not be searched, such as %s: %s", exit.Plural(n, "run"), what, x.NotSearched[0].Run, x.NotSearched[0].Why)
		if len(x.Alike) == 0 && q.Remote == "" && q.Run == "" {
			next = s.Config.Invocation.Again(q.ID, filepath.Join(q.RunsDir, x.NotSearched[0].Run))
		}
	}
	return &exit.Error{Err: err, Code: exit.Misuse, Hint: hint, Next: next}
}

// rejectsOf is a command that lists the rejects of the runs searched, which hold the text of
// rows that could not be parsed. It does not repeat the id.
func rejectsOf(q explain.Query) string {
	run := "*"
	if q.Run != "" {
		run = exit.Quote(q.Run)
	}
	return "ls " + exit.Quote(q.RunsDir) + "/" + run + "/rejects.*"
}
