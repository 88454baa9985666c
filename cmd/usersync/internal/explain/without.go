package explain

import (
	"fmt"
	"path/filepath"
	"slices"

	"usersync/sync/journal"
)

// Without is a run that did not have the user.
type Without struct {
	Run string `json:"run"`
	// What the users were sent to.
	To string `json:"to"`
	// State of the run, as for runs that had the user.
	State string `json:"state"`
	// Why it did not, as far as that is known.
	Why string `json:"why"`
	// Command to type next; absent if nothing is left to do.
	Next string `json:"next,omitempty"`
}

// Without returns, for each destination, the newest run that is newer than all runs that had the
// user, and did not. If no run had the user, only runs that did not finish are told: the user
// may be in the part of their input that they did not get to.
func (f *Found) Without(runsDir string) (all []Without) {
	var told []journal.Scope
	for _, s := range f.newest {
		h := s.header
		if h.Sandbox || h.Retried != "" && !s.has() || slices.Contains(told, h.Scope) {
			continue
		}
		told = append(told, h.Scope)
		if s.has() || s.why != "" || !f.concerns(h) {
			continue
		}
		r := Run{Run: s.run, Path: filepath.Join(runsDir, s.run)}
		if r.State, r.ended = stateOf(runsDir, s.run); r.State == absorbed || r.State == finished && len(f.Hits) == 0 {
			continue
		}
		w := Without{Run: s.run, To: h.Scope.Destination, State: r.State, Why: r.without()}
		if r.State != finished {
			w.Next = r.goOn()
		}
		all = append(all, w)
	}
	return all
}

// has reports whether the run had the user.
func (s *searched) has() bool { return len(s.rows)+len(s.unwritten) > 0 }

// concerns reports whether a run went to where runs that had the user went, from the same source.
func (f *Found) concerns(h journal.Header) bool {
	return len(f.Hits) == 0 || slices.ContainsFunc(f.Hits, func(hit Hit) bool { return hit.Header.Scope == h.Scope })
}

// without says why a run may not have had the user.
func (r *Run) without() string {
	switch r.State {
	case finished:
		return "it finished, and no row of its input that could be read has this id."
	case stopped:
		return fmt.Sprintf("it stopped after record %d of its input, and users further on have no result yet.", r.ended.UpTo)
	}
	return "it was killed or is still running, and users further on have no result yet."
}
