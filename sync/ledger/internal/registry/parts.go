package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"usersync/sync/ledger/internal/database"
)

// Part is a part of a run after its first: it was continued, perhaps after other runs.
type Part struct {
	After      int   `json:"after"`      // the last record that earlier parts have written
	Last       int64 `json:"last"`       // the highest place of any run at that time
	Generation int64 `json:"generation"` // of the scope at that time: orders the parts after the same run
}

// Place is a place in the order of what runs did.
type Place struct{ order, generation int64 }

// Compare returns -1 if p comes before q, 1 if it comes after q, and 0 if neither does.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.order, q.order), cmp.Compare(p.generation, q.generation))
}

// Known reports whether the ledger knows the run.
func (p Place) Known() bool { return p.order > 0 }

// Place returns the place of a record of the run: that of the part that has sent or rejected
// it. After its last record, it is the place of the last part.
func (r *Run) Place(record int) Place {
	place := Place{order: r.Order}
	for _, p := range r.Parts {
		if record > p.After {
			place = Place{p.Last, p.Generation}
		}
	}
	return place
}

// partsPrefix is followed by a run.
const partsPrefix = "parts|"

// AddPart records that a run is continued after a record.
func AddPart(ctx context.Context, db *database.DB, tx database.Querier, scope int64, run string, after int) error {
	all, err := partsOf(ctx, db, tx, []string{run})
	if err != nil {
		return err
	}
	part := Part{After: after}
	err = db.QueryRow(ctx, tx, `SELECT (SELECT max(num) FROM usersync_run), generation FROM usersync_scope WHERE num = ?`, scope).Scan(&part.Last, &part.Generation)
	if err != nil {
		return err
	}
	text, err := json.Marshal(append(all[run], part))
	if err != nil {
		return err
	}
	return db.SetMeta(ctx, tx, partsPrefix+run, string(text))
}

// partsOf returns the parts of runs, by name.
func partsOf(ctx context.Context, db *database.DB, q database.Querier, runs []string) (map[string][]Part, error) {
	names := make([]string, len(runs))
	for i, run := range runs {
		names[i] = partsPrefix + run
	}
	list, err := db.List(names)
	if err != nil {
		return nil, err
	}
	rows, err := db.Query(ctx, q, `SELECT m.name, m.value FROM usersync_meta m WHERE m.name IN (SELECT j.id FROM `+db.IDs+`)`, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string][]Part{}
	for rows.Next() {
		var name, text string
		var parts []Part
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &parts); err != nil {
			return nil, err
		}
		found[name[len(partsPrefix):]] = parts
	}
	return found, errors.Join(rows.Err(), rows.Close())
}
