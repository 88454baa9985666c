package main

import (
	"context"
	"fmt"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/destination"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// actionOf is what an outcome that a plan foresees is called.
func actionOf(s user.Status) string {
	switch s {
	case user.Created:
		return string(user.Create)
	case user.Updated:
		return string(user.Update)
	case user.Deleted:
		return string(user.Delete)
	}
	return string(s)
}

// forecast is what was foreseen, as it is shown.
func (p *planner) forecast(f *foreseen) report.Forecast {
	shown := report.Forecast{
		Records: f.read, Absent: f.absent, Actions: map[string]int{}, First: map[string][]string{}, Codes: map[string][]writer.Code{},
		Comparison: report.Comparison{Known: f.changes.Compared, Changed: f.changes.Changed},
		Work:       report.Work{Calls: madeOf(&f.calls), Made: f.made.Total()},
		Scope: p.conn.Scope, Inputs: p.paths,
	}
	for status, n := range f.outcomes {
		shown.Actions[actionOf(status)] = n
		shown.First[actionOf(status)] = f.first[status]
	}
	for status, codes := range f.codes.Top(topCodes) {
		shown.Codes[actionOf(status)] = codes
	}
	for _, c := range f.changes.List() {
		shown.Fields = append(shown.Fields, report.FieldChange(c))
	}
	shown.Time(connect.PaceOptions(p.config, p.conn.Client.Traits()).PerSecond)
	shown.Warnings = append(p.notes, p.remarks(f)...)
	return shown
}

func madeOf(c *destination.Calls) map[string]int {
	made := map[string]int{}
	for kind, counts := range c.Met() {
		made[kind] = counts.Total()
	}
	return made
}

// remarks are what a person should know before the plan is done.
func (p *planner) remarks(f *foreseen) []string {
	var all []string
	if n := f.calls.Met()[destination.ReadCall].Total(); n > 0 && !p.read {
		all = append(all, exit.Plural(n, "update")+" begin with a read, and whoever is the same already will not be sent: --read finds out who")
	}
	if p.config.Ledger.Full {
		all = append(all, "--full sends every user, whatever the ledger says")
	}
	if most := p.config.Guards.MaxErrors; f.wrong() > 0 && (most.Count > 0 || most.Percent > 0 && f.read >= errorsAfter) && !most.Covers(f.wrong(), f.read) {
		all = append(all, "more users are invalid or refused than --max-errors allows: a run would stop early")
	}
	if f.sends() > 0 {
		all = append(all, "the plan knows what was sent before, and not what somebody else changed at the API since")
	}
	return all
}

// noteUnfinished says which run of the scope is not over and did something that
// the ledger does not know yet.
func (p *planner) noteUnfinished(ctx context.Context, scope journal.Scope) error {
	all, err := history.Unfinished(p.config.Output.RunsDir, scope, p.config.LedgerName())
	if err != nil {
		return err
	}
	left, err := unknownTo(ctx, p.ledger, all)
	if err != nil || len(left) == 0 {
		return err
	}
	if p.out != "" {
		return exit.Usage(fmt.Errorf("plan: run %s of this account is not over, and no plan made now could be applied", left[0].ID),
			"go on with it first", exit.CommandLine("resume", left[0].Path()))
	}
	p.note(fmt.Sprintf("run %s of this account is not over: what it did last is not counted in", left[0].ID))
	return nil
}

// unknownTo returns the runs that have something to tell which the ledger does not
// know.
func unknownTo(ctx context.Context, l *ledger.Ledger, left []*history.Run) ([]*history.Run, error) {
	var some []*history.Run
	for _, r := range left {
		if err := r.Unfinished().Advance(ctx, l); err != nil {
			return nil, err
		}
		if r.Unfinished().HasNews() {
			some = append(some, r)
		}
	}
	return some, nil
}
