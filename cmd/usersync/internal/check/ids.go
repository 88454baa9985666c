package check

import (
	"context"

	"usersync/sync/lookalike"
	"usersync/sync/repeat"
	"usersync/sync/user"
	"usersync/writer/report"
)

// comparison compares the ids of rows near each other: it asks no ledger.
type comparison struct {
	similar *lookalike.Finder
	rows    *repeat.Window
	one     [1]*user.Record
}

func newComparison() *comparison {
	return &comparison{similar: lookalike.New(nil), rows: repeat.New(lookalike.Window, nil)}
}

// note adds notes to the next valid record.
func (c *comparison) note(ctx context.Context, r *user.Record) error {
	if c.rows.Differs(r) {
		r.Notes |= user.Repeats
	}
	c.rows.Add(r)
	c.one[0] = r
	return c.similar.Note(ctx, c.one[:], nil, 0)
}

// lookalikes are nil if none were found.
func (f *Findings) lookalikes() *report.Lookalikes {
	if f.noted.LooksLike.Count == 0 {
		return nil
	}
	return report.LookalikesOf(f.noted.LooksLike, 0, lookalike.Window)
}

// idWarnings says in sentences what a person should know about ids and values.
func (f *Findings) idWarnings() []string {
	return append(f.lookalikes().Notes(), append(report.RepeatedOf(f.noted.Repeats).Notes(), report.DoubtfulNotes(report.DoubtfulOf(f.noted.Fields), f.Read)...)...)
}
