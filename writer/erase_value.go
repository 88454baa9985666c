package writer

import (
	"bytes"
	"regexp"
	"strings"
)

// withoutValue returns a line of rejects without a value of the row, which is the end of the
// line, and reports whether the row held it: a cell that is the value and nothing more, or
// the value of a member of JSON.
func (p *rejectParser) withoutValue(line, row, value string) (text []byte, erased bool) {
	at := strings.LastIndex(line, row)
	if row == "" || at < 0 {
		return []byte(line), false
	}
	front, back := line[:at], line[at+len(row):]
	if p.csv {
		row, erased = p.withoutCell(row, value)
	} else {
		row, erased = withoutMember(row, value)
	}
	return []byte(front + row + back), erased
}

// withoutCell empties the cells that are the value.
func (p *rejectParser) withoutCell(row, value string) (text string, erased bool) {
	delimiter := string(p.cells.next(nil))
	var cells []string
	for row += delimiter; row != ""; {
		end := strings.Index(row, delimiter)
		for end < len(row) && strings.Count(row[:end], `"`)%2 > 0 { // it is inside quotes
			next := strings.Index(row[end+len(delimiter):], delimiter)
			if next < 0 {
				end = len(row) - len(delimiter)
				break
			}
			end += len(delimiter) + next
		}
		cell := row[:end]
		if plain := strings.Trim(cell, `"' `); plain == value {
			cell, erased = "", true
		}
		cells, row = append(cells, cell), row[end+len(delimiter):]
	}
	return strings.Join(cells, delimiter), erased
}

// withoutMember sets the members of an object whose value is the value, as text or as a
// number, to null.
func withoutMember(row, value string) (text string, erased bool) {
	pattern := regexp.MustCompile(`(:\s*)(?:"` + regexp.QuoteMeta(value) + `"|` + regexp.QuoteMeta(value) + `)(\s*(?:[,}\]]|$))`)
	replaced := pattern.ReplaceAll([]byte(row), []byte("${1}null${2}"))
	return string(replaced), !bytes.Equal(replaced, []byte(row))
}
