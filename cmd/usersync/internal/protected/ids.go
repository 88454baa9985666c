package protected

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"usersync/sync/identity"
)

// delimiters are what may stand between the cells of a list.
const delimiters = ",;\t|"

// isPage reports whether a text begins like a page of a web server: its lines would count as
// ids, and protect no one.
func isPage(first string) bool {
	first = strings.ToLower(first)
	return slices.ContainsFunc([]string{"<!doctype", "<html", "<head", "<?xml", "<!--"}, func(begins string) bool { return strings.HasPrefix(first, begins) })
}

// protectedIDs are the ids of a list, each in every spelling that may be meant.
func protectedIDs(text string, names []string) ([][]string, error) {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	lines = slices.DeleteFunc(lines, func(l string) bool { return identity.Clean(l) == "" })
	if len(lines) == 0 {
		return nil, nil
	}
	switch first := identity.Clean(lines[0]); {
	case first[0] == '{' || first[0] == '[':
		return nil, errors.New("it is JSON, and a list of ids is text")
	case isPage(first):
		return nil, errors.New("it is a web page, such as one that asks for a login, and a list of ids is text")
	}
	header, column, err := findHeader(lines[0], names)
	if err != nil {
		return nil, err
	}
	if column < 0 {
		return plainIDs(lines)
	}
	var ids [][]string
	for i, line := range lines[1:] {
		cells, err := cellsOf(line, header)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+2, err)
		}
		if column >= len(cells) {
			return nil, fmt.Errorf("line %d has %d cells, and the header names the column of ids as number %d", i+2, len(cells), column+1)
		}
		if ids, err = appendID(ids, cells[column], i+2); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// findHeader finds the column of ids; -1 if the first line is no header.
func findHeader(line string, names []string) (delimiter rune, column int, err error) {
	for _, d := range delimiters {
		cells, err := cellsOf(line, d)
		if err != nil {
			return 0, 0, fmt.Errorf("line 1: %w", err)
		}
		is := func(cell string) bool { return slices.Contains(names, foldedName(cell)) }
		if i := slices.IndexFunc(cells, is); i >= 0 {
			return d, i, nil
		}
	}
	return 0, -1, nil
}

// plainIDs are those of a list without a header.
func plainIDs(lines []string) (ids [][]string, err error) {
	for _, d := range delimiters {
		if everyLine(lines, d) {
			return nil, errors.New("its lines have several cells, and the first line names no column of ids; add a header with id, or quote ids that hold such a character")
		}
	}
	for i, line := range lines {
		id := line
		if strings.HasPrefix(identity.Clean(line), `"`) {
			cells, err := cellsOf(line, '\n')
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			id = cells[0]
		}
		for _, d := range delimiters { // an empty cell after it
			id = strings.TrimRight(identity.Clean(id), string(d))
		}
		if ids, err = appendID(ids, id, i+1); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// everyLine reports whether each line has a second cell that is not empty.
func everyLine(lines []string, delimiter rune) bool {
	return !slices.ContainsFunc(lines, func(line string) bool {
		cells, err := cellsOf(line, delimiter)
		return err != nil || strings.Join(cells[1:], "") == "" || strings.TrimSpace(cells[0]) == ""
	})
}

// cellsOf cuts a line into cells, of which some may be quoted (RFC 4180).
func cellsOf(line string, delimiter rune) (cells []string, err error) {
	line = identity.Clean(strings.TrimRight(line, " "))
	for {
		var cell string
		rest := strings.TrimLeft(line, " ")
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			if cell, line, ok = unquote(quoted); !ok {
				return nil, errors.New("a quote is not closed")
			}
			_, after, more := strings.Cut(line, string(delimiter))
			if cells = append(cells, cell); !more {
				return cells, nil
			}
			line = after
			continue
		}
		cell, after, more := strings.Cut(line, string(delimiter))
		if cells = append(cells, cell); !more {
			return cells, nil
		}
		line = after
	}
}

// unquote returns the text up to the closing quote, and what follows it.
func unquote(text string) (cell, rest string, closed bool) {
	var b bytes.Buffer
	for {
		before, after, found := strings.Cut(text, `"`)
		if b.WriteString(before); !found {
			return "", "", false
		}
		if !strings.HasPrefix(after, `"`) {
			return b.String(), after, true
		}
		b.WriteByte('"')
		text = after[1:]
	}
}

// quotes are pairs that people and programs put around an id, besides those of CSV.
var quotes = [][2]string{{"'", "'"}, {"‘", "’"}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"`", "`"}, {"'", ""}}

// appendID adds an id in each spelling that may be meant: too many are protected rather
// than too few.
func appendID(ids [][]string, text string, line int) ([][]string, error) {
	id := identity.Clean(text)
	if id == "" {
		return ids, nil
	}
	spellings := []string{id}
	for _, q := range quotes {
		if inner, ok := strings.CutPrefix(id, q[0]); ok && strings.HasSuffix(inner, q[1]) {
			if inner = identity.Clean(strings.TrimSuffix(inner, q[1])); inner != "" {
				spellings = append(spellings, inner)
			}
		}
	}
	for _, s := range spellings {
		if v := (identity.Policy{}).Check(s); v.Class == identity.Unreadable || v.Code == identity.CodeDamaged && v.Class == identity.Never {
			return nil, fmt.Errorf("line %d: the id %s", line, v.Rule)
		}
	}
	return append(ids, spellings), nil
}
