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
	if cells, d := dialect.Cells(string(r.table.HeaderText())); len(cells) > 1 && fits(cells) {
		d = "'" + strings.Trim(strconv.Quote(d), `"`) + "'"
		other.Rule += "; with another delimiter the line has all columns that are needed"
		other.Hint = "write  delimiter: " + d + "  in the config, or --delimiter " + d
		return &other
	}
	if c.o.CSV.HeaderRow > 0 {
		return err
	}
	line, _ := r.table.LaterHeader(fits)
	if line == 0 {
		return err
	}
	n := strconv.Itoa(line)
	other.Rule += "; line " + n + " has all columns that are needed"
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
