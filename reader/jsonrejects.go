package reader

import (
	"slices"

	"usersync/reader/object"
	"usersync/sync/user"
)

// stripRejectColumns removes usersync's own keys from the record.
func (r *jsonRows) stripRejectColumns(rec *user.Record, invalid *user.InvalidError) *user.InvalidError {
	r.rejects.Apply(rec)
	raw := r.rejects.Raw.Text
	if raw == "" {
		rec.Origin.Raw = object.WithoutRejectKeys(rec.Origin.Raw)
		return invalid
	}
	rec.Origin.Raw = raw
	if invalid := r.rejects.CheckRaw(); invalid != nil {
		r.parser.Broken = true
		return invalid
	}
	return r.parse(rec.Origin.Raw)
}

// unmask replaces masked values by the secrets of the original object, like that of
// rejectRows. It leaves the parser's state unchanged.
func (r *jsonRows) unmask(rec *user.Record) {
	p := r.parser
	if r.original == nil || rec.Origin.Before == nil || !r.mapper.Masked(p.Cells) {
		return
	}
	cells, columns, broken := slices.Clone(p.Cells), r.rejects, p.Broken
	for _, raw := range r.original(*rec.Origin.Before) {
		if invalid := r.parse(string(raw)); invalid != nil {
			break
		}
		r.mapper.Unmask(cells, p.Cells)
	}
	// The original may have keys that no record had before.
	for len(cells) < r.mapper.Columns() {
		cells = append(cells, user.Value{})
	}
	p.Cells, r.rejects, p.HasRejectKeys, p.Broken = cells, columns, true, broken
}
