package history

import (
	"cmp"
	"hash/maphash"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"usersync/sync/journal"
	"usersync/sync/ledger/rowset"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/rundir"
)

// since is what later runs have made of the rejects of a run, by record.
type since struct {
	settled rowset.Set
	doubted rowset.Set // in doubt in a later run, so they may have been sent
}

// settledSince reads what the runs named by later, the oldest first, have made of the
// rejects of a run, and of rejects of one another.
func settledSince(dir, run string, later []string) (since, error) {
	all := map[string]*since{run: {}}
	for _, id := range later {
		all[id] = &since{}
	}
	for _, id := range slices.Backward(later) { // what the newest says counts for all before it
		h, err := headerOf(dir, id)
		if err != nil {
			return since{}, err
		}
		for _, from := range sources(h) {
			if to := all[from]; to != nil {
				if err := addTo(to, dir, from, id, h, all[id]); err != nil {
					return since{}, err
				}
			}
		}
	}
	return *all[run], nil
}

// addTo adds to what is known of the rejects of a run what the run named by made of them;
// after is what later runs made of its own rejects.
func addTo(to *since, dir, run, by string, h journal.Header, after *since) error {
	known, err := rejectsOf(dir, run, h)
	if err != nil {
		return err
	}
	return results(dir, by, func(r *writer.Result) error {
		record := known.record(r, run)
		switch {
		case record == 0:
		case !r.Status.Rejected() || after.settled.Has(int64(r.Record)):
			to.settled.Add(record)
		case r.Status == user.InDoubt && r.Code != user.CodeUnprovedAbsent || after.doubted.Has(int64(r.Record)):
			to.doubted.Add(record)
		}
		return nil
	})
}

// rejectIndex finds the record that a row of a rejects file is about.
type rejectIndex struct {
	seed maphash.Seed
	rows []rejectRow // by id
	same bool        // the file is the one that was read
}

type rejectRow struct {
	id     uint64 // a hash
	line   int
	record int
}

// rejectsOf reads which record each row of rejects is about. The header is that of the run
// that has read them.
func rejectsOf(dir, run string, h journal.Header) (*rejectIndex, error) {
	x := &rejectIndex{seed: maphash.MakeSeed()}
	d, err := rundir.Open(dir, run)
	if err != nil {
		return nil, err
	}
	f := &Files{}
	f.open = append(f.open, d)
	defer f.Close()
	text, err := f.text(d, "rejects")
	if err != nil {
		return nil, err
	}
	lines := map[int]int{}
	for row, bad := range writer.ReadRejects(text.Text, text.Name, text.Format) {
		if bad == nil && row.Run == run {
			lines[row.Record] = row.Row
		}
	}
	err = results(dir, run, func(r *writer.Result) error {
		if r.Status.Rejected() && !r.Absent() && r.ID != user.Erased {
			x.rows = append(x.rows, rejectRow{maphash.String(x.seed, r.ID), lines[r.Record], r.Record})
		}
		return nil
	})
	slices.SortFunc(x.rows, func(a, b rejectRow) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.record, b.record)) })
	info, bad := os.Stat(filepath.Join(d.Path(), text.Name))
	x.same = bad == nil && slices.ContainsFunc(h.Inputs, func(in journal.Input) bool {
		return isRejectsOf(in.Path, run) && in.Size == info.Size() && in.Modified.Equal(info.ModTime())
	})
	return x, err
}

// record returns the record of the run that a later result is about; 0 if it is not known.
// An id that several rejects have does not tell which; then the line does, unless the file
// was edited since.
func (x *rejectIndex) record(r *writer.Result, run string) int64 {
	if !isRejectsOf(r.File, run) {
		return 0
	}
	id := maphash.String(x.seed, r.ID)
	at, found := slices.BinarySearchFunc(x.rows, id, func(row rejectRow, id uint64) int { return cmp.Compare(row.id, id) })
	if !found {
		return 0
	}
	if at+1 == len(x.rows) || x.rows[at+1].id != id {
		return int64(x.rows[at].record)
	}
	for ; x.same && at < len(x.rows) && x.rows[at].id == id; at++ {
		if x.rows[at].line == r.Line {
			return int64(x.rows[at].record)
		}
	}
	return 0
}

// isRejectsOf reports whether a path is that of a run's rejects.
func isRejectsOf(path, run string) bool {
	return filepath.Base(filepath.Dir(path)) == run && strings.HasPrefix(filepath.Base(path), "rejects.")
}
