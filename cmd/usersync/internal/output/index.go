package output

import (
	"os"

	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/index"
	"usersync/writer/rundir"
)

// rowIndex writes the index of a run's results. No run depends on it: what could not be
// indexed is found by reading the results. So no error of it ends a run, and after the first
// one the index does not grow.
type rowIndex struct {
	results *rundir.File
	to      *os.File
	builder *index.Builder
	at      int64 // where the next row begins in the results
}

// newIndex starts the index of a new run; nil if it cannot be created, or if the journal has
// no key for it.
func newIndex(dir *rundir.Dir, results *rundir.File, h journal.Header) *rowIndex {
	key, ok := index.ParseKey(h.IndexKey)
	if !ok {
		return nil
	}
	f, err := dir.Append(rundir.IndexName)
	if err != nil {
		return nil
	}
	return &rowIndex{results: results, to: f, builder: index.NewBuilder(f, key), at: results.Size()}
}

// resumeIndex continues the index of a run whose results were truncated to a checkpoint. The
// rows that it does not hold must be added before others are written: see recount.
func resumeIndex(dir *rundir.Dir, results *rundir.File, h journal.Header) *rowIndex {
	x := newIndex(dir, results, h)
	if x == nil {
		return nil
	}
	key, _ := index.ParseKey(h.IndexKey)
	before, err := openIndex(x.to, results.Size(), key)
	if err == nil {
		_, err = before.Check()
	}
	if err == nil {
		err = x.to.Truncate(before.Size())
	}
	if err != nil {
		x.to.Close() // nothing was written
		return nil
	}
	x.builder = before.Continue(x.to)
	_, x.at = before.Covered()
	return x
}

func openIndex(f *os.File, results int64, key index.Key) (*index.Index, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return index.Open(f, info.Size(), results, key)
}

// Write adds the row that was written last. It returns nil.
func (x *rowIndex) Write(o *user.Outcome) error {
	end := x.results.Size()
	x.builder.Add(o.Record.User.ID, x.at, end)
	x.at = end
	return nil
}

// add adds a row that an earlier part of the run has written, unless the index holds it.
func (x *rowIndex) add(r *writer.Result) {
	if x == nil || x.to == nil || r.Begin < x.at {
		return
	}
	x.builder.Add(r.ID, r.Begin, r.End)
	x.at = r.End
}

// skipHeader moves on to where the first row begins, in results that held none when they were
// opened again: their header was written since.
func (x *rowIndex) skipHeader() {
	if x != nil && x.to != nil {
		x.at = max(x.at, x.results.Size())
	}
}

// close writes the last rows, and syncs the index: a run that ended has all of it on disk.
func (x *rowIndex) close() {
	if x == nil || x.to == nil {
		return
	}
	if x.builder.Close() == nil {
		// The results that it is about are complete without it.
		_ = x.to.Sync()
	}
	x.to.Close()
	x.to = nil
}
