package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/destination"
	"usersync/sync/visible"
	"usersync/writer/report"
)

type column struct {
	Name string `json:"column"`
	To   string `json:"goes_to"`
}

type invalidRow struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Rule string `json:"rule"`
}

// Print writes the findings as text, and after them settings. left is how many more
// settings there are.
func (f *Findings) Print(w io.Writer, settings []setting.Shown, left int) error {
	var b bytes.Buffer
	for _, part := range []func(io.Writer){f.printRows, f.printColumns, f.printProfiles, f.printRequest, f.printProof} {
		before := b.Len()
		part(&b)
		if b.Len() > before {
			b.WriteByte('\n')
		}
	}
	table(&b, "setting\tvalue\tfrom", settings, func(s setting.Shown) string { return s.Key + "\t" + s.Text + "\t" + s.Source })
	if left > 0 {
		fmt.Fprintf(&b, "--all also shows %s that are not set or do not matter here\n", exit.Plural(left, "setting"))
	}
	_, err := w.Write(b.Bytes())
	return writeError(err)
}

func (f *Findings) printProof(w io.Writer) {
	if f.Proof != "" {
		fmt.Fprintf(w, "connection: %s\n", f.Proof)
	}
}

func (f *Findings) printRows(w io.Writer) {
	if !f.toTheEnd {
		return
	}
	fmt.Fprintf(w, "%s, %d invalid\n", exit.Plural(f.Read, "record"), f.Invalid)
	for _, row := range f.invalid {
		fmt.Fprintf(w, "  %s:%d: %s\n", row.File, row.Line, row.Rule)
	}
	if more := f.Invalid - len(f.invalid); more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
	for _, warning := range append(f.warnings, f.idWarnings()...) {
		fmt.Fprintf(w, "warning: %s\n", warning)
	}
}

func (f *Findings) printColumns(w io.Writer) {
	if len(f.columns) > 0 {
		table(w, "column\tgoes to", f.columns, func(c column) string { return c.Name + "\t" + c.To })
	}
}

func (f *Findings) printRequest(w io.Writer) {
	p := f.request
	if p == nil {
		return
	}
	lines := append([]string{p.Method + " " + p.URL}, p.Headers...)
	if p.Body != "" {
		lines = append(append(lines, ""), strings.Split(p.Body, "\n")...)
	}
	fmt.Fprintf(w, "the first row would make this call; its values are masked\n  %s\n", strings.Join(lines, "\n  "))
}

// table writes to memory, which does not fail.
func table[T any](w io.Writer, head string, all []T, row func(T) string) {
	t := visible.NewTabs(w)
	fmt.Fprintln(t, head)
	for _, item := range all {
		fmt.Fprintln(t, row(item))
	}
	_ = t.Flush()
}

// WriteJSON writes the findings and settings as one JSON document.
func (f *Findings) WriteJSON(w io.Writer, settings []setting.Shown) error {
	document := struct {
		Settings []setting.Shown `json:"settings"`
		Columns  []column        `json:"columns,omitempty"`
		Records  *int            `json:"records,omitempty"`
		Invalid  *int            `json:"unfit,omitempty"` // the key is older than the outcome's name
		Rows     []invalidRow    `json:"unfit_rows,omitempty"`
		Warnings []string        `json:"warnings,omitempty"`

		Lookalikes  *report.Lookalikes `json:"lookalikes,omitempty"`
		RepeatedIDs *report.Repeated   `json:"repeated_ids,omitempty"`
		Doubtful    []report.Doubtful  `json:"doubtful_values,omitempty"`

		Request    *destination.Preview `json:"first_request,omitempty"`
		Connection string               `json:"connection,omitempty"`
		Profiles   []fileProfile        `json:"profile,omitempty"`
	}{Settings: settings, Columns: f.columns, Request: f.request, Connection: f.Proof, Profiles: f.profiles}
	if f.toTheEnd {
		document.Records, document.Invalid, document.Rows, document.Warnings = &f.Read, &f.Invalid, f.invalid, f.warnings
		document.Lookalikes, document.RepeatedIDs = f.lookalikes(), report.RepeatedOf(f.noted.Repeats)
		document.Doubtful = report.DoubtfulOf(f.noted.Fields)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return writeError(e.Encode(document))
}

func writeError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("print what was found: %w", err)
}
