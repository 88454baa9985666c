package explain

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/pseudonym"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// Missing says why the newest mirror in dir, if it is newer than the newest run that had the
// user, did not delete a user in the ledger; empty if there is no such run.
func (f *Found) Missing(runsDir, id string, held *Ledger) string {
	if held == nil {
		return ""
	}
	for _, m := range f.newest {
		if len(f.Hits) > 0 && m.run == f.Hits[0].Run {
			return ""
		}
		if m.why == "" && m.header.Mode == string(config.Mirror) && !m.header.Sandbox && m.header.Retried == "" && m.header.Scope.Destination == held.To {
			return "Run " + m.run + ", a mirror, did not have the user and did not delete them: " + m.reason(runsDir, id, held)
		}
	}
	return ""
}

func (m *searched) reason(runsDir, id string, held *Ledger) string {
	if feed := m.header.Scope.Feed; held.Feed != "" && feed != "" && held.Feed != feed {
		return fmt.Sprintf("the user came from feed %s, and the run was of feed %s.", held.Feed, feed)
	}
	if listed(runsDir, m.run, id, m.ids) {
		return "a guard held all deletions back, and the user is on the list in " + filepath.Join(runsDir, m.run, "absent.csv") + "."
	}
	if endingOf(runsDir, m.run).State != report.Finished {
		return "the run did not finish, and deletions come last."
	}
	return "no file of the run records why. The user may have come into the ledger after it."
}

// listed reports whether the id is on a run's list of users that it would have deleted.
func listed(runsDir, run, id string, ids pseudonym.Key) bool {
	dir, err := rundir.Open(runsDir, run)
	if err != nil {
		return false
	}
	defer dir.Close() // it was only read
	f, err := dir.Read("absent.csv")
	if err != nil {
		return false
	}
	defer f.Close() // it was only read
	rows := csv.NewReader(f)
	rows.FieldsPerRecord, rows.ReuseRecord = -1, true
	for {
		row, err := rows.Read()
		if err != nil {
			return false
		}
		if slices.ContainsFunc(row[:min(1, len(row))], func(cell string) bool { return ids.ID(writer.UnquoteCell(cell)) == id }) {
			return true
		}
	}
}
