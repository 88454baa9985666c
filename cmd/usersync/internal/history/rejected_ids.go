package history

import (
	"hash/maphash"
	"os"
	"path/filepath"
	"slices"

	"usersync/sync/journal"
	"usersync/sync/pseudonym"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/rundir"
)

// mostRuns is of how many runs the rejected ids are held at once.
const mostRuns = 4

// rejectedIDs knows the ids of records that earlier runs rejected. It reads the
// results of a run when it is first asked about it, and holds a hash of each id. It is
// for one goroutine.
type rejectedIDs struct {
	dirs  []string // that may hold runs
	runs  map[string][]rejectedID
	seed  maphash.Seed
	order []string
}

type rejectedID struct {
	record int
	hash   uint64
}

// RejectedAs returns a function that reports whether an earlier run rejected a record
// with an id, and whether it is known which id it had. It looks for runs in the runs
// directory, and next to the input's files, which may be rejects where they were
// written. The function is for one goroutine.
func RejectedAs(runsDir string, paths []string) func(r user.Rejected, id string) (same, known bool) {
	dirs := []string{runsDir}
	for _, path := range paths {
		if dir := filepath.Dir(filepath.Dir(path)); path != "-" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return (&rejectedIDs{dirs: dirs, runs: map[string][]rejectedID{}, seed: maphash.MakeSeed()}).had
}

// had reports whether the record was rejected with the id, and whether it is known
// with which id it was.
func (r *rejectedIDs) had(of user.Rejected, id string) (same, known bool) {
	all, read := r.runs[of.Run]
	if !read {
		if len(r.order) == mostRuns {
			delete(r.runs, r.order[0])
			r.order = r.order[1:]
		}
		all = r.read(of.Run)
		r.runs[of.Run], r.order = all, append(r.order, of.Run)
	}
	i, found := slices.BinarySearchFunc(all, of.Record, func(e rejectedID, record int) int { return e.record - record })
	return found && all[i].hash == maphash.String(r.seed, id), found
}

// read returns the rejected records of a run whose id is known, by record; none if the
// run cannot be read.
func (r *rejectedIDs) read(run string) []rejectedID {
	for _, dir := range r.dirs {
		d, err := rundir.Open(dir, run)
		if err != nil {
			continue
		}
		defer d.Close()
		for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
			if file, err := d.Read("results." + string(format)); err == nil {
				defer file.Close()
				key, _ := pseudonym.ParseKey(headerIn(d).PseudonymKey)
				return r.readResults(file, format, key)
			}
		}
	}
	return nil
}

// headerIn reads the header of a run's journal; the zero Header if it cannot be read.
func headerIn(d *rundir.Dir) journal.Header {
	f, err := d.Read(rundir.JournalName)
	if err != nil {
		return journal.Header{}
	}
	defer f.Close() // it was only read
	info, err := f.Stat()
	if err != nil {
		return journal.Header{}
	}
	h, _ := journal.ReadHeader(f, info.Size())
	return h
}

func (r *rejectedIDs) readResults(file *os.File, format writer.Format, key pseudonym.Key) (all []rejectedID) {
	for result, err := range writer.Restored(writer.ReadResults(file, file.Name(), format), key) {
		if err != nil {
			break
		}
		if result.Status.Rejected() && result.ID != "" && result.ID != user.Erased {
			all = append(all, rejectedID{result.Record, maphash.String(r.seed, result.ID)})
		}
	}
	return all
}
