package explain

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"usersync/sync/identity"
	"usersync/writer"
	"usersync/writer/index"
	"usersync/writer/rundir"
)

// results are the results of a run, and its index.
type results struct {
	file   *os.File
	size   int64
	format writer.Format
	index  *index.Index // nil without one
}

// rowsIn finds the rows of the user in a run's results: by the index as far as it goes, and
// by reading the rest.
func (s *search) rowsIn(dir *rundir.Dir, found *searched) (err error) {
	r, err := openResults(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.file.Close()) }()
	indexFile, err := r.openIndex(dir, found.header.IndexKey)
	if err != nil {
		return err
	}
	if indexFile != nil {
		defer indexFile.Close() // it was only read
	}
	from, to := int64(0), int64(0)
	if r.index != nil && s.Remote == "" {
		if from, to = r.index.Covered(); !s.indexed(r, found) {
			from, to = 0, 0 // it is not the index of these results
		}
	}
	return cmpErr(s.scan(r, 0, from, found), s.scan(r, to, r.size, found), found)
}

// cmpErr sorts the rows, which may come from both ends.
func cmpErr(one, other error, found *searched) error {
	slices.SortFunc(found.rows, func(a, b writer.Result) int { return int(a.Begin - b.Begin) })
	return errors.Join(one, other)
}

func openResults(dir *rundir.Dir) (*results, error) {
	var missing error
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		file, err := dir.Read("results." + string(format))
		if errors.Is(err, fs.ErrNotExist) {
			missing = err
			continue
		}
		if err != nil {
			return nil, err
		}
		info, err := file.Stat()
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return &results{file: file, size: info.Size(), format: format}, nil
	}
	return nil, missing
}

// openIndex opens the index of the results, if there is one that can be trusted: an erasure
// that was interrupted has moved the rows. Of a run that did not end, all of it is checked,
// because it may not have reached the disk.
func (r *results) openIndex(dir *rundir.Dir, text string) (*os.File, error) {
	key, ok := index.ParseKey(text)
	names, err := dir.Names()
	if err != nil || !ok || slices.Contains(names, rundir.ErasingName) {
		return nil, err
	}
	f, err := dir.Read(rundir.IndexName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		r.index, err = index.Open(f, info.Size(), r.size, key)
	}
	if err == nil && (!slices.Contains(names, rundir.SummaryName) || slices.Contains(names, rundir.SummaryName+".partial")) {
		_, err = r.index.Check()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// indexed finds rows by the index. It reports false if the index is not that of the results.
func (s *search) indexed(r *results, found *searched) bool {
	places, err := r.index.Find(found.id)
	if err != nil {
		return false
	}
	for _, at := range places {
		row, err := writer.ReadResult(r.file, at, r.file.Name(), r.format)
		if err != nil {
			found.rows, found.alike = nil, nil
			return false
		}
		s.keep(row, found)
	}
	return true
}

// keep keeps a row if it is the user's, or its id if that looks like the user's.
func (s *search) keep(row writer.Result, found *searched) {
	writer.Restore(&row.Settled, found.ids)
	switch {
	case s.Remote != "":
		if row.Remote == s.Remote {
			found.rows = append(found.rows, row)
		}
	case row.ID == found.id:
		found.rows = append(found.rows, row)
	case row.ID != "" && len(found.alike) < mostAlike && identity.Fold(row.ID) == identity.Fold(found.id):
		found.alike = append(found.alike, row.ID)
	}
}

// scan reads the rows between two bytes of the results, as far as the limit allows. The last
// row of a run that was killed may be incomplete.
func (s *search) scan(r *results, from, to int64, found *searched) error {
	if from >= to {
		return nil
	}
	if found.run != s.Run && !s.scanned.take(to-from) {
		found.why = fmt.Sprintf("%d MB of its results have no index, and all such runs together have more than %d MB: name the run to search it",
			(to-from)>>20+1, maxScan>>20)
		return nil
	}
	unreadable := 0
	for row, err := range writer.ReadRows(io.NewSectionReader(r.file, from, to-from), r.file.Name(), r.format, from == 0) {
		if _, odd := errors.AsType[*writer.LineError](err); odd {
			unreadable++
			continue
		}
		if err != nil {
			return err
		}
		row.Begin, row.End = row.Begin+from, row.End+from
		s.keep(row, found)
	}
	if unreadable > 1 { // one is the end of a run that was killed
		found.why = fmt.Sprintf("%d rows of its results are not as usersync wrote them", unreadable)
	}
	return nil
}
