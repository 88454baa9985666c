package reader

import (
	"strconv"
	"strings"

	"usersync/reader/dialect"
	"usersync/reader/mapping"
)

// withOtherHeader adds to an error about columns that the header has all of them with
// another delimiter, or that a later line has.
func (c *columns) withOtherHeader(f *file, err error) error {
	r, isCSV := f.rows.(*csvRows)
	e, aboutColumns := err.(*mapping.Error)
	if !isCSV || !aboutColumns || r.rejects.Count > 0 {
		return err
	}
	fits := func(header []string) bool {
		o := c.mapping(f)
		o.Header = header
		_, err := mapping.New(o)
		return err == nil
	}
	other := *e
	for _, split := range []func(string) ([]string, string){dialect.Cells, dialect.CellsBetweenBlanks} {
		cells, d := split(string(r.table.HeaderText()))
		if len(cells) < 2 || !fits(cells) {
			continue
		}
		d = "'" + strings.Trim(strconv.Quote(d), `"`) + "'"
		other.Rule += "; with another delimiter the line has all columns that are needed"
		other.Hint = "write  delimiter: " + d + "  in the config, or --delimiter " + d
		return &other
	}
	if c.o.CSV.HeaderRow > 0 {
		return err
	}
	says := " has all columns that are needed"
	line, _ := r.table.LaterHeader(fits)
	if line == 0 {
		line, says = r.belowTitle(), " looks like the header"
	}
	if line == 0 {
		return err
	}
	n := strconv.Itoa(line)
	other.Rule += "; line " + n + says
	other.Hint = "if line " + n + " is the header, write  header_row: " + n + "  in the config, or --header-row " + n
	return &other
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

// belowTitle returns the line below a title that may be the header, in any language; 0 if the
// first line is not a title, which has text in one cell, or if users follow it.
func (r *csvRows) belowTitle() int {
	title := r.table.Header()
	if filled(title) != 1 {
		return 0
	}
	least := 2
	if len(title) <= 2 && mapping.IsColumnName(strings.Join(title, "")) {
		least = 3 // it may be the name of the only column, and a comma be part of the cells
	}
	found := false
	line, _ := r.table.LaterHeader(func(cells []string) bool {
		if found || filled(cells) < 2 {
			return false
		}
		found = true
		return len(cells) >= least && mayBeNames(cells)
	})
	return line
}

// mayBeNames reports whether cells may be the names of columns that usersync does not know.
func mayBeNames(cells []string) bool {
	seen := map[string]bool{}
	for _, cell := range cells {
		name := strings.TrimSpace(cell)
		if name == "" || seen[name] || strings.Contains(name, "@") || strings.Contains("0123456789+-", name[:1]) {
			return false
		}
		seen[name] = true
	}
	return true
}

// filled is how many cells are not blank.
func filled(cells []string) (n int) {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}
