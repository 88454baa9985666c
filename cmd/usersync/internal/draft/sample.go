package draft

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/profile"
	"usersync/reader"
	"usersync/reader/source"
	"usersync/sync/user"
)

const (
	sampled = 10_000    // rows whose cells are looked at
	scanned = 1_000_000 // rows that are read to find what is below the last user
)

// Sample is what the beginning of a file shows, and its end if it is not far away.
type Sample struct {
	profile *profile.Profile
	layout  reader.Layout
	file    string
	once    bool // the file can be read only once
	whole   bool // the file was read to its end
	rows    int  // read
	fit     int  // those of them that fit the header

	comment string   // how comments begin
	footer  []string // how lines after the last user begin
	odd     []line   // lines that do not fit the header, at most 100
	tail    []line   // those of them after the last row that fits
	last    line
	lacks   settings
}

// line is a line of the file; text is cut.
type line struct {
	number int
	text   string
}

func look(ctx context.Context, o reader.Options) (*Sample, error) {
	t, comment, err := openGrid(ctx, o)
	if err != nil {
		return nil, err
	}
	s := &Sample{profile: profile.New(t.Header()), layout: t.Layout(), file: filepath.Base(source.Name(o.Paths[0])), once: o.Paths[0] == "-", comment: comment}
	if err := s.read(ctx, t); err != nil {
		return nil, closed(t, err)
	}
	s.findComments(o)
	s.findFooter(o)
	return s, t.Close()
}

func closed(t *reader.Grid, err error) error {
	if failed := t.Close(); failed != nil {
		return failed
	}
	return err
}

// openGrid also finds out whether the lines in front of the header are comments.
func openGrid(ctx context.Context, o reader.Options) (t *reader.Grid, comment string, err error) {
	t, err = reader.OpenGrid(ctx, o)
	if err != nil || t.Layout().HeaderRow == 0 || o.CSV.Comment != "" || o.Paths[0] == "-" {
		return t, "", err
	}
	for _, sign := range []string{"#", "//", "--"} {
		o.CSV.Comment = sign
		again, err := reader.OpenGrid(ctx, o)
		if err != nil {
			return again, "", closed(t, err)
		}
		if again.Layout().HeaderRow == 0 && slices.Equal(again.Header(), t.Header()) {
			return again, sign, t.Close()
		}
		if err := again.Close(); err != nil {
			return nil, "", closed(t, err)
		}
	}
	return t, "", nil
}

func (s *Sample) read(ctx context.Context, t *reader.Grid) error {
	for row, err := range t.Rows() {
		if err != nil {
			return err
		}
		if s.rows++; s.rows%1000 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if s.rows > scanned {
			return nil
		}
		s.add(t, row)
	}
	s.whole = true
	return nil
}

func (s *Sample) add(t *reader.Grid, row reader.GridRow) {
	at := line{row.Line, string(row.Raw[:min(len(row.Raw), 200)])}
	if row.Broken || isPadding(row.Cells) && len(row.Raw) > 0 {
		s.tail = append(s.tail[:min(len(s.tail), 20)], at)
		if len(s.odd) < 100 {
			s.odd = append(s.odd, at)
		}
		return
	}
	s.tail, s.last = nil, at
	s.fit++
	// A key is only known if its different cells are counted exactly.
	if s.profile.Rows < min(sampled, profile.ExactAmong(len(t.Header()))) {
		s.profile.Add(t.Header(), row.Cells)
	}
}

// isPadding reports whether all cells of a row are blank: spreadsheets write such rows below
// the last user.
func isPadding(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return user.Trim(cell) != "" })
}

// findComments proposes how comments begin, if all lines that do not fit begin in one way.
func (s *Sample) findComments(o reader.Options) {
	plain := func(l line) bool { return !strings.HasPrefix(l.text, "#") }
	if len(s.odd) == 0 || len(s.odd) >= 100 || o.CSV.Comment != "" || s.comment != "" || slices.ContainsFunc(s.odd, plain) {
		return
	}
	s.comment, s.tail = "#", nil
}

// footers are how lines below the users begin in the exports of databases and reports.
var footers = []string{
	"Total", "TOTAL", "total", "Grand Total", "GRAND TOTAL", "Sum", "Summe", "Count", "(", "Copyright", "Confidential", "Generated",
	"Report", "End of", "END", "EOF", "Records", "Record count", "Rows", "Row count", "Number of", "Exported", "Page ",
}

// findFooter proposes how lines below the last user begin.
func (s *Sample) findFooter(o reader.Options) {
	if !s.whole || len(o.CSV.Footer) > 0 {
		return
	}
	if word := footerWord(s.last.text); word != "" && word != "(" && s.last.number > 0 && s.profile.Rows > 1 {
		s.footer = append(s.footer, word)
	}
	rest := s.tail[:0]
	for _, l := range s.tail {
		word := footerWord(l.text)
		if word == "" {
			rest = append(rest, l)
		} else if !slices.Contains(s.footer, word) {
			s.footer = append(s.footer, word)
		}
	}
	s.tail = rest
}

func footerWord(text string) string {
	text = strings.TrimLeft(text, " \t\"")
	if text != "" && strings.Trim(text, ",;|") == "" {
		return text
	}
	for _, word := range footers {
		if rest, found := strings.CutPrefix(text, word); found && (rest == "" || word == "(" || !isLetter(rest[0])) {
			return word
		}
	}
	return ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 }

// Looked says which part of the file was looked at.
func (s *Sample) Looked() string {
	switch {
	case s.rows == 0:
		return s.file + " has no rows to look at"
	case s.whole && s.fit == s.profile.Rows:
		return fmt.Sprintf("looked at all %s of %s", exit.Plural(s.profile.Rows, "row"), s.file)
	}
	text := fmt.Sprintf("looked at the first %s of %s", exit.Plural(s.profile.Rows, "row"), s.file)
	if s.whole {
		return text + ", and for lines after the last user"
	}
	return text + fmt.Sprintf(", and not for lines after the last user: only %d rows were read", scanned)
}

// NotLooked says what was not looked for in standard input, which can be read only once;
// empty if nothing was left out.
func (s *Sample) NotLooked() string {
	if !s.once || s.layout.HeaderRow == 0 {
		return ""
	}
	return "standard input can be read only once, so it is not known whether the lines before the header are comments: init FILE looks for that"
}
