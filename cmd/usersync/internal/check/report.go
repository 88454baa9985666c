package check

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
)

// Report writes what a check finds: as text while it is found, or as one JSON document at
// the end. It keeps the first write error.
type Report struct {
	to       io.Writer
	asJSON   bool
	err      error
	document struct {
		Settings []config.Shown `json:"settings"`
		Columns  []shownColumn  `json:"columns,omitempty"`
		Records  *int           `json:"records,omitempty"`
		Invalid  *int           `json:"unfit,omitempty"` // the key is older than the outcome's name
		Rows     []invalidRow   `json:"unfit_rows,omitempty"`
		Warnings []string       `json:"warnings,omitempty"`

		Request *destination.Preview `json:"first_request,omitempty"`
	}
}

type shownColumn struct {
	Name string `json:"column"`
	To   string `json:"goes_to"`
}

type invalidRow struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Rule string `json:"rule"`
}

// NewReport returns a report that writes to w, as text or as one JSON document.
func NewReport(w io.Writer, asJSON bool) *Report { return &Report{to: w, asJSON: asJSON} }

// Settings reports each value and where it came from.
func (r *Report) Settings(values []config.Shown) {
	r.document.Settings = values
	if !r.asJSON {
		r.keep(config.Show(r.to, values))
	}
}

func (r *Report) columns(columns []shownColumn) {
	r.document.Columns = columns
	if r.asJSON {
		return
	}
	table := tabwriter.NewWriter(r.to, 0, 8, 2, ' ', 0)
	fmt.Fprintf(table, "\ncolumn\tgoes to\n")
	for _, c := range columns {
		fmt.Fprintf(table, "%s\t%s\n", c.Name, c.To)
	}
	r.keep(table.Flush())
}

func (r *Report) rows(all Rows, shown []invalidRow) {
	r.document.Records, r.document.Invalid, r.document.Rows = &all.Read, &all.Invalid, shown
	if r.asJSON {
		return
	}
	text := fmt.Sprintf("\n%s, %d invalid\n", exit.Plural(all.Read, "record"), all.Invalid)
	for _, row := range shown {
		text += fmt.Sprintf("  %s:%d: %s\n", row.File, row.Line, row.Rule)
	}
	if more := all.Invalid - len(shown); more > 0 {
		text += fmt.Sprintf("  and %d more\n", more)
	}
	_, err := io.WriteString(r.to, text)
	r.keep(err)
}

func (r *Report) warnings(all []string) {
	r.document.Warnings = all
	if r.asJSON {
		return
	}
	for _, warning := range all {
		_, err := fmt.Fprintf(r.to, "warning: %s\n", warning)
		r.keep(err)
	}
}

func (r *Report) keep(err error) {
	if r.err == nil && err != nil {
		r.err = fmt.Errorf("print what was found: %w", err)
	}
}

// End writes the JSON document, and returns the first write error.
func (r *Report) End() error {
	if r.asJSON {
		e := json.NewEncoder(r.to)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		r.keep(e.Encode(r.document))
	}
	return r.err
}
