package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/user"
	"usersync/writer/codes"
)

// reject says what happened to a rejected row since; empty if it is settled.
func (c *cause) reject() string {
	if settles(c.row.Status) || c.row.Row == unwritten {
		return ""
	}
	if c.row.Absent() {
		return "A deletion has no row in rejects: the next mirror decides again."
	}
	if since := c.retriedIn(); since != nil {
		how := "A later run"
		if slices.Contains(c.readBy, since.Run) {
			how = "Its reject was sent again: run"
		}
		return fmt.Sprintf("%s %s had the user: %s.", how, since.Run, cmp.Or(string(since.Records[0].Outcome), outcomeUnknown))
	}
	if len(c.readBy) > 0 {
		return fmt.Sprintf("Run %s read the rejects, and has no result for this user.", c.readBy[0])
	}
	text := "The row is in the run's rejects. No later run in this directory had the user."
	if c.needsFix() {
		text += " Correct the row or the settings first: sent again unchanged, it will most likely end in the same way."
	}
	return text
}

// needsFix reports whether the same row cannot succeed.
func (c *cause) needsFix() bool {
	if c.row.Status != user.Invalid && c.row.Status != user.Refused || c.never() {
		return false
	}
	entry, known := entryOf(&c.row)
	return c.row.Status == user.Invalid || !known || entry.Retry == codes.Fix
}

// next is the command to type for the row; empty if there is nothing to do.
func (c *cause) next() string {
	row := c.row
	switch {
	case c.run.Sandbox, !c.last:
		return ""
	case c.run.State == stopped || c.run.State == killed:
		return c.run.goOn()
	case settles(row.Status):
		return ""
	case c.retriedIn() != nil, c.never(): // that run says what is left to do, or nothing is
		return ""
	case row.Code == user.CodeSameUser && row.Remote != "":
		return c.ledgerCommand(config.Flag{Name: "remote", Value: row.Remote}, "show")
	case row.Status == user.InDoubt && c.held != nil && c.held.State == user.Pending.String():
		return c.ledgerCommand(config.Flag{Name: "help", Value: "true", Bool: true}, "resolve", row.ID)
	case row.Row == unwritten: // it is in no rejects
		return ""
	case row.Absent(), c.header.Mode == string(config.Mirror) && row.Code == user.CodeLookalike:
		return exit.CommandLine(c.header.Args...)
	}
	if row.Code == user.CodeParked && !sent(&row) {
		return exit.CommandLine("retry", "--retry-parked", c.run.Path)
	}
	if again := c.run.ended.Next; c.needsFix() && strings.HasPrefix(again, exit.CommandLine("run")+" ") {
		return again // with the rejects
	}
	return exit.CommandLine("retry", c.run.Path)
}

// never reports whether it is right that the row is not sent.
func (c *cause) never() bool {
	return !sent(&c.row) && (c.row.Code == user.CodeProtected || c.row.Code == user.CodeSuperseded)
}

// goOn is the command that an unfinished run named as the next one. One that was killed
// named none.
func (r *Run) goOn() string {
	if r.State == stopped && r.ended.Next != "" {
		return r.ended.Next
	}
	return exit.CommandLine("resume", r.Path)
}
