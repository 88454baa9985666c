package reader

import (
	"bytes"
	"encoding/csv"
	"slices"

	"usersync/sync/user"
)

// unmask puts the secrets of the original row into the cells that hold the mask.
// Where there is no such row, or it has another id, the mask stays, and makes the
// record invalid.
func (r *csvRows) unmask(rec *user.Record) {
	if r.original == nil || rec.Origin.Before == nil || !r.mapper.Masked(r.cells) {
		return
	}
	for _, raw := range r.original(*rec.Origin.Before) {
		reader := csv.NewReader(bytes.NewReader(raw))
		reader.Comma, reader.FieldsPerRecord = r.delimiter, len(r.header)-r.own
		row, err := reader.Read()
		if err != nil {
			return // it was not one row then either
		}
		cells := make([]user.Value, len(row))
		for i, text := range row {
			cells[i] = user.TextValue(text)
		}
		r.mapper.Unmask(r.cells, cells)
	}
}

// unmask does the same. The parser is left as it was.
func (r *jsonRows) unmask(rec *user.Record) {
	p := r.parser
	if r.original == nil || rec.Origin.Before == nil || !r.mapper.Masked(p.Cells) {
		return
	}
	cells, said, broken := slices.Clone(p.Cells), r.marks, p.Broken
	for _, raw := range r.original(*rec.Origin.Before) {
		if unfit := r.parse(raw); unfit != nil {
			break
		}
		r.mapper.Unmask(cells, p.Cells)
	}
	p.Cells, r.marks, p.Marked, p.Broken = cells, said, true, broken
}
