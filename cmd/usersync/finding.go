package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
)

// finding is what validate finds: told as it is found, or as one JSON document
// at the end. It keeps the first error of writing.
type finding struct {
	to       io.Writer
	asJSON   bool
	err      error
	document struct {
		Settings []config.Shown `json:"settings"`
		Columns  []shownColumn  `json:"columns,omitempty"`
		Records  *int           `json:"records,omitempty"`
		Unfit    *int           `json:"unfit,omitempty"`
		Rows     []unfitRow     `json:"unfit_rows,omitempty"`
		Warnings []string       `json:"warnings,omitempty"`

		Request *destination.Preview `json:"first_request,omitempty"`
	}
}

type shownColumn struct {
	Name string `json:"column"`
	To   string `json:"goes_to"`
}

type unfitRow struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Rule string `json:"rule"`
}

func findings(e *env, c *config.Config) *finding {
	return &finding{to: e.stdout, asJSON: c.Output.JSON}
}

func (f *finding) settings(values []config.Shown) {
	f.document.Settings = values
	if !f.asJSON {
		f.keep(config.Show(f.to, values))
	}
}

func (f *finding) columns(columns []shownColumn) {
	f.document.Columns = columns
	if f.asJSON {
		return
	}
	table := tabwriter.NewWriter(f.to, 0, 8, 2, ' ', 0)
	fmt.Fprintf(table, "\ncolumn\tgoes to\n")
	for _, c := range columns {
		fmt.Fprintf(table, "%s\t%s\n", c.Name, c.To)
	}
	f.keep(table.Flush())
}

func (f *finding) rows(read, unfit int, shown []unfitRow) {
	f.document.Records, f.document.Unfit, f.document.Rows = &read, &unfit, shown
	if f.asJSON {
		return
	}
	text := fmt.Sprintf("\n%s, %d unfit\n", exit.Plural(read, "record"), unfit)
	for _, r := range shown {
		text += fmt.Sprintf("  %s:%d: %s\n", r.File, r.Line, r.Rule)
	}
	if more := unfit - len(shown); more > 0 {
		text += fmt.Sprintf("  and %d more\n", more)
	}
	_, err := io.WriteString(f.to, text)
	f.keep(err)
}

func (f *finding) warnings(all []string) {
	f.document.Warnings = all
	if f.asJSON {
		return
	}
	for _, warning := range all {
		_, err := fmt.Fprintf(f.to, "warning: %s\n", warning)
		f.keep(err)
	}
}

func (f *finding) keep(err error) {
	if f.err == nil && err != nil {
		f.err = fmt.Errorf("print what was found: %w", err)
	}
}

// end writes what is to be written at the end.
func (f *finding) end() error {
	if f.asJSON {
		e := json.NewEncoder(f.to)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		f.keep(e.Encode(f.document))
	}
	return f.err
}
