// Package retry finds out which rejects of a run are sent again, and where the secrets are
// that they mask: in the input of the run, which it reads again.
//
// It sends nothing. Start at Select.
package retry

import (
	"fmt"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader/between"
	"usersync/reader/mapping"
	"usersync/sync/journal"
	"usersync/writer/report"
)

// Source is the run whose rejects are sent again; the zero value is none.
type Source struct {
	history.Rejects
	Selection *history.Selection // of them
	Trailer   string             // of its input, if that is not rejects
	Scope     journal.Scope
	Sandbox   bool
}

// RejectsOf returns the rejects of a run. A run that can be resumed is an *exit.Error.
func RejectsOf(r *history.Run) (history.Rejects, error) {
	if r.Journal.Resumable() {
		return history.Rejects{}, exit.Usage(fmt.Errorf("retry run %s: it is unfinished", r.ID), "continue it first", exit.CommandLine("resume", r.Path()))
	}
	rejects, err := history.ReadRejects(r.Dir, r.ID)
	if err != nil {
		return rejects, fmt.Errorf("retry run %s: %w", r.ID, err)
	}
	return rejects, nil
}

// Select says which rejects of a run are sent again: those of the given error groups or, without
// groups, all. What later runs have settled is left out. c are the settings of the run, which
// are changed to read them. Settings that would do something different with the rejects, and
// groups that the run does not have, are an *exit.Error.
func Select(c *config.Config, r *history.Run, rejects history.Rejects, groups []string) (s Source, err error) {
	s = Source{Rejects: rejects, Trailer: c.Proof.Trailer, Scope: history.ScopeOf(r.Journal.Header), Sandbox: r.Journal.Header.Sandbox}
	c.Proof.ExpectNothing()
	c.Invocation.Files = []string{rejects.Path}
	if !c.SameRun(r.Journal.Header.ConfigSHA256) || c.MappingDigest() != r.Journal.Header.MappingSHA256 {
		return s, exit.Usage(fmt.Errorf("retry run %s: the settings or the mapping have changed since; nothing was sent", r.ID),
			"its rejects are an input like any other: run them with the current settings", c.Invocation.Again(rejects.Path))
	}
	retry := journal.Retry{Retried: r.ID, Groups: namesOf(groups)}
	if !c.Ledger.AllowStale {
		if retry.SettledBy, err = history.Later(r.Dir, r, retry); err != nil {
			return s, err
		}
	}
	if s.Selection, err = history.Select(r.Dir, retry); err != nil {
		return s, fmt.Errorf("retry run %s: %w", r.ID, err)
	}
	c.Input.Selected = s.Selection.Of
	return s, checkGroups(r, s.Selection)
}

// Resumed returns what a retry that is resumed has sent; c are its settings, which are changed
// to read that again. If r is no retry, it returns the zero value.
func Resumed(c *config.Config, r *history.Run) (s Source, err error) {
	h := r.Journal.Header
	if h.Retried == "" {
		return s, nil
	}
	rejects, err := history.ReadRejects(r.Dir, h.Retried)
	if err != nil {
		return s, fmt.Errorf("resume run %s, which retries run %s: %w", r.ID, h.Retried, err)
	}
	s = Source{Rejects: rejects, Trailer: c.Proof.Trailer, Scope: history.ScopeOf(h)}
	if s.Selection, err = history.Select(r.Dir, h.Retry); err != nil {
		return s, fmt.Errorf("resume run %s: %w", r.ID, err)
	}
	c.Input.Selected = s.Selection.Of
	c.Proof.ExpectNothing()
	return s, nil
}

// namesOf puts the names of groups into one order, each once.
func namesOf(groups []string) []string {
	var names []string
	for _, name := range groups {
		names = append(names, strings.ToLower(strings.TrimSpace(name)))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Nothing reports whether there is nothing to send: rows that a person added to the rejects
// are something.
func (s *Source) Nothing() bool {
	of := s.Selection
	return s.Count == 0 || of.Send == 0 && (len(of.Groups) > 0 || s.Count <= of.Settled)
}

// Left counts the rejects of a run that no run has settled; 0 if that is not known.
func Left(r *history.Run) int {
	retry := journal.Retry{Retried: r.ID}
	later, err := history.Later(r.Dir, r, retry)
	if err != nil {
		return 0
	}
	retry.SettledBy = later
	s, err := history.Select(r.Dir, retry)
	if err != nil {
		return 0
	}
	return s.Send
}

// otherGroup is what people call the rejects that summary.json counts in no group.
const otherGroup = "other"

// checkGroups refuses groups whose rejects cannot be sent again.
func checkGroups(r *history.Run, s *history.Selection) error {
	if missing := s.Missing(); len(missing) > 0 {
		return unknownGroup(r, s, missing[0])
	}
	if len(s.Deletions) > 0 {
		return exit.Usage(fmt.Errorf("retry run %s: group %s holds deletions of users missing from the input, which are not rejects; nothing was sent", r.ID, s.Deletions[0]),
			"the next mirror of the same input deletes them", exit.CommandLine(r.Journal.Header.Args...))
	}
	return nil
}

// groupsNamed is how many groups an error names.
const groupsNamed = 5

// unknownGroup names the groups that may have been meant.
func unknownGroup(r *history.Run, s *history.Selection, key string) error {
	if key == otherGroup {
		return exit.Usage(fmt.Errorf("retry run %s: %q is not a group: it counts rejects with many different causes; nothing was sent", r.ID, key),
			"without --group all rejects are sent again", exit.CommandLine("retry", r.Path()))
	}
	err := fmt.Errorf("retry run %s: it has no error group %s; nothing was sent", r.ID, exit.Quote(key))
	var keys, largest []string
	for _, g := range s.Sendable() {
		keys = append(keys, g.Key)
		largest = append(largest, fmt.Sprintf("%s (%s, %s)", g.Key, exit.Plural(g.Records, "reject"), strings.TrimSpace(string(g.Outcome)+" "+g.Code)))
	}
	if len(keys) == 0 {
		return exit.Usage(err, "it has no rejects", exit.CommandLine("verify", r.Path()))
	}
	hint := "its largest groups are " + exit.List(largest[:min(groupsNamed, len(largest))])
	next := keys[0]
	if near, ok := mapping.Nearest(key, keys); ok {
		next, hint = near, "did you mean "+near+"? "+hint
	}
	return exit.Usage(err, hint, exit.CommandLine("retry", r.Path(), "--group", next))
}

// InJournal is what the journal holds about a retry.
func (s *Source) InJournal() journal.Retry {
	if s.Selection == nil {
		return journal.Retry{Retried: s.Run}
	}
	return s.Selection.Retry
}

// Facts says how many of the rejects are settled now; nil if this is not a retry. left are the
// rejects that were not sent.
func (s *Source) Facts(now *report.Summary, left between.Skipped) *report.Retried {
	if s.Run == "" {
		return nil
	}
	return &report.Retried{Run: s.Run, Rejects: s.Count, Settled: now.Outcomes.Total() - now.Outcomes.Rejected(),
		Groups: s.InJournal().Groups, Sent: now.RecordsRead, SettledBefore: left.Settled, Left: left.OtherGroups}
}
