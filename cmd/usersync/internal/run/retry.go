package run

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

// Retry returns the options for sending the rejects of a run again, those of the given error
// groups or, without groups, all; c are its settings. What later runs have settled is left
// out. Settings that would do something different with the rejects, and groups that the run
// does not have, are an *exit.Error.
func Retry(c *config.Config, r *history.Run, rejects history.Rejects, groups []string) (o Options, err error) {
	o = Options{Retried: Retried{Rejects: rejects, Trailer: c.Proof.Trailer, Scope: history.ScopeOf(r.Journal.Header), Sandbox: r.Journal.Header.Sandbox}, Files: []string{rejects.Path}}
	c.Proof.ExpectNothing()
	c.Invocation.Files = o.Files
	if !c.SameRun(r.Journal.Header.ConfigSHA256) || c.MappingDigest() != r.Journal.Header.MappingSHA256 {
		return o, exit.Usage(fmt.Errorf("retry run %s: the settings or the mapping have changed since; nothing was sent", r.ID),
			"its rejects are an input like any other: run them with the current settings", c.Invocation.Again(rejects.Path))
	}
	retry := journal.Retry{Retried: r.ID, Groups: namesOf(groups)}
	if !c.Ledger.AllowStale {
		if retry.SettledBy, err = history.Later(r.Dir, r, retry); err != nil {
			return o, err
		}
	}
	if o.Retried.Selection, err = history.Select(r.Dir, retry); err != nil {
		return o, fmt.Errorf("retry run %s: %w", r.ID, err)
	}
	c.Input.Selected = o.Retried.Selection.Of
	return o, checkGroups(r, o.Retried.Selection)
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
func (r *Retried) Nothing() bool {
	s := r.Selection
	return r.Count == 0 || s.Send == 0 && (len(s.Groups) > 0 || r.Count <= s.Settled)
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

// retry is what the journal holds about a retry.
func (r *Retried) retry() journal.Retry {
	if r.Selection == nil {
		return journal.Retry{Retried: r.Run}
	}
	return r.Selection.Retry
}

// facts says how many of the retried rejects are settled now; nil if this is not a retry.
// left are the rejects that were not sent.
func (r *Retried) facts(s *report.Summary, left between.Skipped) *report.Retried {
	if r.Run == "" {
		return nil
	}
	return &report.Retried{Run: r.Run, Rejects: r.Count, Settled: s.Outcomes.Total() - s.Outcomes.Rejected(),
		Groups: r.retry().Groups, Sent: s.RecordsRead, SettledBefore: left.Settled, Left: left.OtherGroups}
}
