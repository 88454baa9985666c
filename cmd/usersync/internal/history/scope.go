package history

import (
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/address"
	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// ScopeOf is the scope of a run. An earlier version kept the host alone; where it was
// given the base URL as a flag, that is known all the same.
func ScopeOf(h journal.Header) journal.Scope {
	s := h.Scope
	if s.BaseURL == "" {
		s.BaseURL = baseURLFlag(h.Args)
	}
	return s
}

func baseURLFlag(args []string) string {
	i := slices.Index(args, "--"+config.BaseURLFlag)
	if i < 0 || i+1 == len(args) {
		return ""
	}
	base, err := address.BaseURL(args[i+1])
	if err != nil {
		return ""
	}
	return base
}

// AddressEvidence returns a function that looks into the runs in the runs directory of c
// for where those of an earlier scope went. It reports true if there are any, and each
// shows that it went to the base URL of now: by a flag, or because its settings were those
// of c. A journal that cannot be read shows nothing.
func AddressEvidence(c *config.Config) func(earlier, now journal.Scope) (bool, error) {
	return func(earlier, now journal.Scope) (bool, error) {
		runs, err := rundir.Runs(c.Output.RunsDir)
		if err != nil {
			return false, &DirError{err}
		}
		same, digests := 0, c.Earlier().RunDigests()
		for _, info := range runs {
			if !info.Journal {
				continue
			}
			r, err := Read(c.Output.RunsDir, info.ID)
			if err != nil || !r.Journal.Begun || !ofEarlier(r.Journal.Header, earlier, c.LedgerName()) {
				continue
			}
			if !wentTo(r.Journal.Header, c, now.BaseURL, digests) {
				return false, nil
			}
			same++
		}
		return same > 0, nil
	}
}

// ofEarlier reports whether a run is one of the scope, as an earlier version named it.
func ofEarlier(h journal.Header, earlier journal.Scope, ledger string) bool {
	s := h.Scope
	s.Feed = earlier.Feed
	return s == earlier && !h.Sandbox && (h.Ledger == ledger || h.Ledger == "")
}

// wentTo reports whether it is certain that a run went to a base URL.
func wentTo(h journal.Header, c *config.Config, base string, digests []string) bool {
	if slices.Contains(h.Args, "--"+config.BaseURLFlag) {
		return baseURLFlag(h.Args) == base
	}
	literal, err := address.BaseURL(c.Earlier().BaseURL())
	return err == nil && literal == base && slices.Contains(digests, h.ConfigSHA256)
}
