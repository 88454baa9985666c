package reader

import (
	"strconv"

	"usersync/reader/mapping"
)

// withLaterHeader adds to an error about columns that a later line has all of them.
func (c *columns) withLaterHeader(f *file, err error) error {
	r, isCSV := f.rows.(*csvRows)
	e, aboutColumns := err.(*mapping.Error)
	if !isCSV || !aboutColumns || c.o.CSV.HeaderRow > 0 || r.rejects.Count > 0 {
		return err
	}
	line, _ := r.table.LaterHeader(func(header []string) bool {
		o := c.mapping(f)
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
