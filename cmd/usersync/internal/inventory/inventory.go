// Package inventory writes tables of what the ledger holds: one user, what is parked, and
// how many users there are in which scope. It reads no ledger.
//
// Its functions are given the columns of the terminal that they write to; 0 if it is none.
package inventory

import (
	"fmt"
	"io"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
	"usersync/sync/parking"
	"usersync/sync/user"
	"usersync/sync/visible"
)

// WriteEntry writes what the ledger knows of a user, a line for each fact, and the rows of
// theirs that are rejected run after run.
func WriteEntry(to io.Writer, columns int, id string, s ledger.Details, rejected []ledger.RecurringRow) error {
	const widest = len("rejected  ")
	lines := [][2]string{
		{"id", id}, {"state", StateWord(s.State)}, {"remote", s.Remote}, {"feed", s.Feed},
		{"run", s.Run}, {"record", strings.TrimPrefix(fmt.Sprint(s.Record), "0")}, {"fields", strings.Join(FieldNames(s.Fingerprints), ", ")},
	}
	for i := range rejected {
		r := &rejected[i]
		if r.Runs == 0 { // no finished run has met it
			continue
		}
		lines = append(lines, [2]string{"rejected", fmt.Sprintf("%s with %s in %s since %s", r.Status, r.Code, exit.Plural(r.Runs, "finished run"), date(r.First))})
	}
	for _, line := range lines {
		if line[1] != "" {
			// a key of the API could hold a line that looks like another fact
			if _, err := fmt.Fprintln(to, visible.Hang(visible.Pad(line[0], widest), visible.Text(line[1]), columns)); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteScopes writes a table of scopes.
func WriteScopes(to io.Writer, columns int, all []ledger.Scope) error {
	table := visible.NewTabs(to)
	fmt.Fprintf(table, "scope\tdestination\tholds_users\n")
	for _, s := range all {
		fmt.Fprintf(table, "%s\t%s\t%t\n", s.Name, s.Destination, s.Entries)
	}
	return table.FlushWithin(columns)
}

// WriteStats writes a table of how many users the scopes hold.
func WriteStats(to io.Writer, columns int, all []ledger.Stats) error {
	table := visible.NewTabs(to)
	fmt.Fprintf(table, "scope\tfeed\theld\taccepted\tpending\tgeneration\n")
	for _, s := range all {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\n", s.Scope, s.Feed, s.Present, s.Accepted, s.Pending, s.Generation)
	}
	return table.FlushWithin(columns)
}

// WriteParked writes a table of those of the rows that are parked at a time.
func WriteParked(to io.Writer, columns int, rows []ledger.RecurringRow, park config.Park, now time.Time) error {
	table := visible.NewTabs(to)
	fmt.Fprintf(table, "id\tfeed\toutcome\tcode\truns\tage\tlast_sent\tnext_try\n")
	for i := range rows {
		r := &rows[i]
		if park.After > 0 && r.Runs >= park.After {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", orDash(r.ID), r.Feed, r.Status, r.Code, r.Runs,
				age(now.Sub(r.First)), date(r.Sent), nextTry(r, park))
		}
	}
	return table.FlushWithin(columns)
}

func nextTry(r *ledger.RecurringRow, park config.Park) string {
	if r.Status == user.Invalid {
		return "-"
	}
	if again := parking.Again(r, park.Every); !again.IsZero() {
		return date(again)
	}
	return "never"
}

func date(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.UTC().Format(time.DateOnly)
}

// age is a time in days, or in hours if it is less than a day.
func age(d time.Duration) string {
	if d = max(d, 0); d < 24*time.Hour {
		return exit.Plural(int(d.Hours()), "hour")
	}
	return exit.Plural(int(d.Hours()/24), "day")
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
