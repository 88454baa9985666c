package history

import (
	"slices"

	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// Later lists the runs in dir that have sent rejects of a run again, the oldest first, and
// those that have sent the rejects of these, and so on. Runs of other accounts, and of the
// sandbox if the run was not, do not count: what they settled is not settled here. Nor does a
// run that can be continued as retry: it is this one.
func Later(dir string, of *Run, retry journal.Retry) ([]string, error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return nil, &LookupError{Err: err}
	}
	var all []beginning
	for _, info := range runs {
		if !info.Journal || info.ID == of.ID {
			continue
		}
		h, err := headerOf(dir, info.ID)
		if err != nil {
			return nil, unreadable(info.ID, err)
		}
		if len(sources(h)) > 0 && sameTarget(of.Journal.Header, h) {
			all = append(all, beginning{info.ID, h})
		}
	}
	later, sent := newestFirst(all), []string{of.ID}
	slices.Reverse(later)
	for _, b := range later {
		if !slices.ContainsFunc(sources(b.header), func(run string) bool { return slices.Contains(sent, run) }) {
			continue
		}
		if r, err := Read(dir, b.run); err != nil {
			return nil, unreadable(b.run, err)
		} else if r.Journal.Resumable() && b.header.Retried == retry.Retried && slices.Equal(b.header.Groups, retry.Groups) {
			continue
		}
		sent = append(sent, b.run)
	}
	return sent[1:], nil
}

// sources are the runs whose rejects a run has read, if any of these names is a run's.
func sources(h journal.Header) []string {
	return slices.DeleteFunc(rejectsReadBy(h), func(run string) bool { return !rundir.IsRun(run) })
}

// sameTarget reports whether two runs sent users to the same account. Each run has a sandbox
// of its own.
func sameTarget(a, b journal.Header) bool {
	if a.Sandbox || b.Sandbox {
		return a.Sandbox && b.Sandbox && a.Scope.Destination == b.Scope.Destination
	}
	return ScopeOf(a).Same(ScopeOf(b))
}
