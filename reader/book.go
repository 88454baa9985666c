package reader

import (
	"encoding/csv"
	"strings"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/source"
	"usersync/sync/user"
)

// bookRows knows the cells of a workbook that show another number than they hold. Such a cell
// makes no id: it could be that of another user.
type bookRows struct {
	source *source.Source
	keys   []keyColumn // nil if it is not a workbook
}

// keyColumn is a column of the sheet, from 1, that makes an id, and its place in the row.
type keyColumn struct {
	column int
	place  int
	name   string
	field  user.Field
}

// bind finds the columns, the first of which are added to rejects. order is that of file.
func (b *bookRows) bind(m *mapping.Mapper, order []int, added int) {
	if !b.source.Workbook() {
		return
	}
	keys := m.KeyColumns()
	for at := range max(len(order), m.Columns()) {
		column := at
		if order != nil {
			column = order[at]
		}
		if field, is := keys[column]; is && column >= 0 {
			b.keys = append(b.keys, keyColumn{added + at + 1, column, m.Name(column), field})
		}
	}
}

const codeChangedNumber = "changed_number"

// check refuses a record whose id is a number that the sheet shows differently. The cell is
// left out of rejects: fed again without a change, it would be taken for an id.
func (b *bookRows) check(rec *user.Record) {
	for _, k := range b.keys {
		if !b.source.Changed(rec.Origin.Line, k.column) {
			continue
		}
		rec.User.ID, rec.Remote, rec.Suspect = "", "", nil
		rec.Origin.Raw = withoutCell(rec.Origin.Raw, k.place)
		var all user.Faults
		all.Add(&user.InvalidError{Code: codeChangedNumber, Field: k.field, Column: k.name,
			Rule: "is a number that the workbook does not show digit for digit: it is rounded, has separators or more than 15 digits, or is shown as a date",
			Hint: "format the column as text or as whole numbers, check its ids, and save the workbook again"})
		all.Add(rec.Err)
		rec.Err = all.Err()
		return
	}
}

// withoutCell returns a row of a workbook with one cell left empty.
func withoutCell(row string, column int) string {
	cells, err := csv.NewReader(strings.NewReader(row)).Read()
	if err != nil || column >= len(cells) {
		return "" // no row is better than a wrong id
	}
	cells[column] = ""
	var out []byte
	for i, cell := range cells {
		if i > 0 {
			out = append(out, frame.Comma)
		}
		out = frame.AppendCell(out, []byte(cell), frame.Comma)
	}
	return string(out)
}
