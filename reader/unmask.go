package reader

import (
	"bytes"
	"encoding/csv"
	"slices"

	"usersync/sync/user"
)

// unmask replaces masked cells by the secrets of the original row. If there is no such row,
// or it has a different id, the mask stays and makes the record invalid.
func (r *csvRows) unmask(rec *user.Record) {
	if r.rejectColumns.original == nil || rec.Origin.Before == nil || !r.mapper.Masked(r.cells) {
		return
	}
	for _, raw := range r.rejectColumns.original(*rec.Origin.Before) {
		row, found := r.split(raw)
		if !found {
			return // it was not a valid row then either
		}
		cells := make([]user.Value, len(row))
		for i, text := range row {
			cells[i] = user.TextValue(text)
		}
		r.mapper.Unmask(r.cells, cells)
	}
}

// split returns the cells of a row of the original input.
func (r *csvRows) split(raw []byte) (row []string, found bool) {
	for _, d := range r.delimiters(raw) {
		reader := csv.NewReader(bytes.NewReader(raw))
		reader.Comma, reader.FieldsPerRecord = d, len(r.header)-r.rejectColumns.count
		if row, err := reader.Read(); err == nil {
			return row, true
		}
	}
	return nil, false
}

// unmask does the same. It leaves the parser's state unchanged.
func (r *jsonRows) unmask(rec *user.Record) {
	p := r.parser
	if r.original == nil || rec.Origin.Before == nil || !r.mapper.Masked(p.Cells) {
		return
	}
	cells, columns, broken := slices.Clone(p.Cells), r.rejectColumns, p.Broken
	for _, raw := range r.original(*rec.Origin.Before) {
		if invalid := r.parse(raw); invalid != nil {
			break
		}
		r.mapper.Unmask(cells, p.Cells)
	}
	p.Cells, r.rejectColumns, p.HasRejectKeys, p.Broken = cells, columns, true, broken
}
