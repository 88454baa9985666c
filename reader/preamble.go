package reader

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"usersync/reader/frame"
	"usersync/reader/mapping"
)

// passPreamble passes over what is in front of the header: the lines before the one that
// header_row names, or a first line that is for a program and not for people.
func (r *csvRows) passPreamble(o *Options) error {
	for r.frame.Line() < o.HeaderRow {
		if !r.frame.SkipLine() {
			return &InputError{File: r.file, Rule: "has fewer lines than header_row names", Hint: "correct header_row"}
		}
		r.lines.skipped.Before++
	}
	if o.HeaderRow > 0 {
		return nil
	}
	row := frame.Row{Bytes: r.frame.Peek(1)}
	line := string(bytes.TrimPrefix(row.Raw(), []byte("\uFEFF")))
	delimiter, isProgramLine := programLine(line)
	if isProgramLine {
		if o.Delimiter == 0 {
			o.Delimiter = delimiter
		}
		r.frame.SkipLine()
		r.lines.skipped.Leading++
	}
	for r.isComment(r.frame.Peek(1)) && r.frame.SkipLine() {
		r.lines.skipped.Comments++
	}
	return nil
}

// programLine reports whether a first line is sep=;, #TYPE or version:v1.0, and the
// delimiter that it names; 0 if it names none.
func programLine(line string) (delimiter rune, is bool) {
	line = strings.Trim(line, `" `)
	if len(line) > 4 && strings.EqualFold(line[:4], "sep=") {
		d, size := utf8.DecodeRuneInString(line[4:])
		if len(strings.Trim(line[4+size:], ",;|\t\"")) > 0 || !validDelimiter(d) {
			return 0, false
		}
		return d, true
	}
	if strings.EqualFold(line, "sep=\t") || strings.EqualFold(line, "sep=") {
		return '\t', true
	}
	return 0, strings.HasPrefix(line, "#TYPE") || isVersion(line)
}

func isVersion(line string) bool {
	return regexp.MustCompile(`^version: ?v?[0-9][0-9.]*[",;|\t ]*$`).MatchString(line)
}

// alien returns what a file is that is no list at all; empty if it may be one.
func alien(data []byte) (rule, hint string) {
	head := strings.ToLower(string(bytes.TrimLeft(data[:min(len(data), 512)], "\uFEFF \t\r\n")))
	for _, kind := range []struct{ begins, rule, hint string }{
		{"<!doctype html", "is a web page (HTML), not a list of users", "the download probably asked for a login or failed: open the file, then fetch it again"},
		{"<html", "is a web page (HTML), not a list of users", "the download probably asked for a login or failed: open the file, then fetch it again"},
		{"<?xml", "is XML, which is not read", "export the users as CSV or JSON"},
		{"version https://git-lfs.github.com/", "is a pointer of Git LFS to the file, not the file itself", "fetch the file: git lfs pull"},
	} {
		if strings.HasPrefix(head, kind.begins) {
			return kind.rule, kind.hint
		}
	}
	return "", ""
}

// detectDelimiter returns the delimiter that is most frequent in the first line with text,
// outside of quotes. If there are several in that line, the rows decide.
func (r *csvRows) detectDelimiter() rune {
	rest := bytes.TrimLeft(r.frame.Peek(1), "\r\n")
	for lines := 2; len(rest) == 0 && lines < sampleRows; lines++ {
		rest = bytes.TrimLeft(r.frame.Peek(lines), "\r\n")
	}
	header, _, _ := strings.Cut(string(rest[:min(len(rest), headerBytes)]), "\n")
	best, most, found := ',', 0, 0
	for _, candidate := range ",;\t|" {
		n := countOutside(header, candidate)
		if n > 0 {
			found++
		}
		if n > most {
			best, most = candidate, n
		}
	}
	if found > 1 {
		return r.delimiterOfRows(header, best)
	}
	return best
}

// delimiterOfRows returns the delimiter that most rows have as often as the header has
// it; the given one if none is better.
func (r *csvRows) delimiterOfRows(header string, best rune) rune {
	lines := strings.Split(string(r.frame.PeekBytes(headerBytes)), "\n")
	lines = lines[:min(len(lines), sampleRows)]
	fits := func(candidate rune) (n int) {
		want := countOutside(header, candidate)
		for _, line := range lines {
			if want > 0 && countOutside(line, candidate) == want {
				n++
			}
		}
		return n
	}
	most := fits(best)
	for _, candidate := range ",;\t|" {
		if n := fits(candidate); n > most {
			best, most = candidate, n
		}
	}
	return best
}

// countOutside counts a character outside of quotes.
func countOutside(line string, c rune) (n int) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 0 {
			n += strings.Count(part, string(c))
		}
	}
	return n
}

// laterHeader returns the line, from 1, whose cells are columns that fit; 0 if there is
// none among the next lines.
func (r *csvRows) laterHeader(fits func(header []string) bool) int {
	const most = 50
	text, line := r.frame.PeekBytes(headerBytes), r.frame.Line()
	for i, raw := range bytes.SplitN(text, newline, most+1) {
		if i == most {
			break
		}
		if cells := headerCells(string(raw)); len(cells) > 0 && fits(cells) {
			return line + i
		}
	}
	return 0
}

// headerCells parses a line with the delimiter that is most frequent in it.
func headerCells(line string) []string {
	best, most := ',', 0
	for _, candidate := range ",;\t|" {
		if n := countOutside(line, candidate); n > most {
			best, most = candidate, n
		}
	}
	reader := csv.NewReader(strings.NewReader(strings.TrimRight(line, "\r")))
	reader.Comma = best
	cells, err := reader.Read()
	if err != nil {
		return nil
	}
	return cells
}

// withLaterHeader adds to an error about columns that a later line has all of them.
func (in *Input) withLaterHeader(f *file, err error) error {
	r, isCSV := f.rows.(*csvRows)
	e, aboutColumns := err.(*mapping.Error)
	if !isCSV || !aboutColumns || in.o.HeaderRow > 0 || r.rejectColumns.count > 0 {
		return err
	}
	line := r.laterHeader(func(header []string) bool {
		o := in.mappingOptions(f)
		o.Header = header
		_, err := mapping.New(o)
		return err == nil
	})
	if line == 0 {
		return err
	}
	later := *e
	n := strconv.Itoa(line)
	later.Rule += "; line " + n + " has all columns that are needed"
	later.Hint = "if line " + n + " is the header, write  header_row: " + n + "  in the config, or --header-row " + n
	return &later
}

// proposeHeader returns the line, from 1, that looks like the header where the first one
// does not; 0 if the first one may be it.
func (r *csvRows) proposeHeader() (line int) {
	if looksLikeHeader(r.header) || r.rejectColumns.count > 0 {
		return 0
	}
	return r.laterHeader(looksLikeHeader)
}

// looksLikeHeader reports whether most cells, and at least two, are names of columns.
func looksLikeHeader(cells []string) bool {
	names := 0
	for _, cell := range cells {
		if mapping.IsColumnName(cell) {
			names++
		}
	}
	return names >= 2 && 2*names > len(cells)
}
