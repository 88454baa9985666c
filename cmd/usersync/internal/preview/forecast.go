package preview

import (
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/lookalike"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// actionOf names the action that leads to an outcome.
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

// forecast converts the outcomes for the report.
func (p *planner) forecast(f *outcomes) report.Forecast {
	shown := report.Forecast{
		Records: f.read, Absent: f.absent, Actions: map[string]int{}, First: map[string][]string{}, Codes: map[string][]writer.Code{},
		Comparison: report.Comparison{Known: f.changes.Compared, Changed: f.changes.Changed},
		Work:       report.Work{Calls: callTotals(&f.calls), Made: f.made.Total()},
		Scope:      p.Conn.Scope, Inputs: p.Paths,
	}
	for status, n := range f.counts {
		shown.Actions[actionOf(status)] = n
		shown.First[actionOf(status)] = f.first[status]
	}
	for status, codes := range f.codes.Top(TopCodes) {
		shown.Codes[actionOf(status)] = codes
	}
	for _, c := range f.changes.List() {
		shown.Fields = append(shown.Fields, report.FieldChange(c))
	}
	shown.Time(connect.PaceOptions(p.Config, p.Conn.Client.Traits()).PerSecond)
	shown.Lookalikes = report.LookalikesOf(f.noted.LooksLike, f.held, CompareWindow(p.Config))
	shown.RepeatedIDs, shown.Doubtful = report.RepeatedOf(f.noted.Repeats), report.DoubtfulOf(f.noted.Fields)
	shown.Parked = report.ParkedOf(f.codes.Of(user.Refused, user.CodeParked), f.noted, 0)
	shown.Warnings = append(p.notes, p.warnings(f)...)
	return shown
}

// CompareWindow is how many records apart ids are compared; 0 with a ledger, which compares
// all.
func CompareWindow(c *config.Config) int {
	if c.Ledger.URL == config.NoLedger {
		return lookalike.Window
	}
	return 0
}

func callTotals(c *destination.Calls) map[string]int {
	made := map[string]int{}
	for kind, counts := range c.Counts() {
		made[kind] = counts.Total()
	}
	return made
}

// warnings are what a person should know before applying the plan.
func (p *planner) warnings(f *outcomes) []string {
	var all []string
	if n := f.calls.Counts()[destination.ReadCall].Total(); n > 0 && !p.options.Read {
		all = append(all, exit.Plural(n, "update")+" would read the user first, and send nothing if it is already the same: --read finds out which")
	}
	if p.Config.Ledger.Full {
		all = append(all, "--full sends every user, whatever the ledger says")
	}
	if most := p.Config.Guards.MaxErrors; f.rejected() > 0 && (most.Count > 0 || most.Percent > 0 && f.read >= ErrorsAfter) && !most.Covers(f.rejected(), f.read) {
		all = append(all, "more users are invalid or refused than --max-errors allows: a run would stop early")
	}
	if f.sends() > 0 {
		all = append(all, "the plan knows what was sent before, but not what others have changed in the API since")
	}
	return all
}
