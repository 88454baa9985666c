package reader

import (
	"strings"
	"unicode/utf8"

	"usersync/reader/dialect"
	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/reject"
	"usersync/reader/table"
	"usersync/sync/user"
)

// rejectRows turns rows of a rejects file into rows of the input that they came from.
type rejectRows struct {
	reject.Columns
	table   *table.Table
	dialect frame.Dialect // of the input, by the settings
	// original returns the rows that a reject was made from; nil knows none.
	original func(user.Rejected) [][]byte
}

// strip removes usersync's columns from the row. It returns false if the rest
// is malformed.
func (r *rejectRows) strip(rec *user.Record, cells []user.Value, c *chunk) bool {
	r.Apply(rec)
	own := r.table.Delimiter()
	if r.Raw.Text == "" {
		rest, _ := dialect.AfterCells([]byte(rec.Origin.Raw), own, r.Count)
		rec.Origin.Raw = c.raws.copied(rest)
		return true
	}
	rec.Origin.Raw = r.Raw.Text
	texts, delimiter, invalid := r.reparse([]byte(rec.Origin.Raw))
	if invalid != nil {
		rec.Err, rec.Origin.Unparsed = invalid, true
		return false
	}
	assign(cells, texts)
	if strings.Contains(rec.Origin.Raw, "\n") || (delimiter != frame.Dialect{Delimiter: string(own)}) {
		rec.Origin.Raw = c.raws.copied(joined(cells, own))
	}
	return true
}

func assign(cells []user.Value, texts []string) {
	for i, text := range texts {
		cells[i] = user.TextValue(text)
	}
}

// refuse keeps a row that cannot be parsed, without usersync's columns if they can be told
// apart: otherwise they would nest.
func (r *rejectRows) refuse(rec *user.Record, invalid *user.InvalidError) {
	rec.Err, rec.Origin.Unparsed = invalid, true
	if rest, known := dialect.AfterCells([]byte(rec.Origin.Raw), r.table.Delimiter(), r.Count); known {
		rec.Origin.Raw = string(rest)
	}
}

// reparse parses a row that did not parse before, in case it was fixed since, and returns its
// delimiter. If it was not fixed, it gets the same error again.
func (r *rejectRows) reparse(raw []byte) (cells []string, by frame.Dialect, first *user.InvalidError) {
	if invalid := r.CheckRaw(); invalid != nil {
		return nil, by, invalid
	}
	for _, d := range reject.Dialects(raw, r.table.Delimiter(), r.dialect) {
		cells, invalid := r.table.Single(raw, r.Count, d)
		if invalid == nil {
			return cells, d, nil
		}
		if first == nil || first.Code != r.Code() && invalid.Code == r.Code() {
			first = invalid
		}
	}
	return nil, by, first
}

// joined returns the cells as a row with that delimiter.
func joined(cells []user.Value, delimiter rune) []byte {
	var row []byte
	for i, cell := range cells {
		if i > 0 {
			row = utf8.AppendRune(row, delimiter)
		}
		row = frame.AppendCell(row, []byte(cell.Text), delimiter)
	}
	return row
}

// unmask replaces masked cells by the secrets of the original row. If there is no such row,
// or it has a different id, the mask stays and makes the record invalid.
func (r *rejectRows) unmask(rec *user.Record, cells []user.Value, m *mapping.Mapper) {
	if r.original == nil || rec.Origin.Before == nil || !m.Masked(cells) {
		return
	}
	for _, raw := range r.original(*rec.Origin.Before) {
		texts, found := r.split(raw)
		if !found {
			return // it was not a valid row then either
		}
		secrets := make([]user.Value, len(texts))
		assign(secrets, texts)
		m.Unmask(cells, secrets)
	}
}

// split returns the cells of a row of the original input.
func (r *rejectRows) split(raw []byte) (cells []string, found bool) {
	for _, d := range reject.Dialects(raw, r.table.Delimiter(), frame.Dialect{}) {
		if cells, err := r.table.Split(raw, r.Count, d.Plain()); err == nil {
			return cells, true
		}
	}
	return nil, false
}
