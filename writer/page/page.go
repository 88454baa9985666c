// Package page writes what runs did as pages for a browser: a report of one run, and an index
// of all runs with their trends. A page is one file without JavaScript; it loads nothing, and
// everything in it comes from summaries, so it holds no data of users and does not grow with
// the input.
//
// It reads no files: the caller finds the summaries. Start at Write and WriteIndex.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"

	"usersync/sync/visible"
	"usersync/writer/report"
)

//go:embed template
var files embed.FS

// Write writes the report of a run. earlier are runs of the same kind that started before
// it, in any order; those that are too many are left out.
func Write(w io.Writer, s report.Summary, earlier []report.Summary) error {
	return write(w, "run.html", newRun(&s, earlier))
}

// WriteIndex writes the index of runs, newest first. dir is the runs directory, as the
// reader knows it, and unended are the names of runs without a summary, the newest first.
func WriteIndex(w io.Writer, dir string, runs []Entry, unended []string) error {
	x := newIndex(dir, runs)
	x.Unended = unended
	return write(w, "index.html", x)
}

// IsIndex reports whether a file is an index that WriteIndex has written.
func IsIndex(r io.Reader) bool {
	start := make([]byte, 4096)
	n, _ := io.ReadFull(r, start) // a short file may be one, too
	return bytes.Contains(start[:n], []byte(indexMark))
}

// indexMark is in every index.
const indexMark = `<meta name="generator" content="usersync report">`

func write(w io.Writer, name string, data any) error {
	t, err := template.New(name).Funcs(functions()).ParseFS(files, "template/*.html")
	if err != nil {
		return fmt.Errorf("read the template of the page: %w", err)
	}
	if err := t.ExecuteTemplate(visible.NewWriter(w), name, data); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// functions are what templates call.
func functions() template.FuncMap {
	return template.FuncMap{
		"style": style, "number": report.Thousands, "count": report.Count, "label": report.Label,
		"spans": spans, "clock": clock, "minute": minute, "lasting": lasting, "seconds": seconds, "percent": percent, "milliseconds": milliseconds, "rate": rate,
	}
}

// style is the style sheet. It is part of the program, and not of any input.
func style() (template.CSS, error) {
	css, err := files.ReadFile("template/style.css")
	return template.CSS(css), err
}
