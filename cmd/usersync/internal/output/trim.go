package output

import (
	"math"

	"usersync/writer"
	"usersync/writer/rundir"
)

// Trim cuts off what Recount did not count, once the files are closed: the beginning of a row that
// found no room, and results whose rejects found none.
func (f *Files) Trim(c Contents) error {
	if f.Shard {
		return nil
	}
	if err := trim(f.results, c.end); err != nil {
		return err
	}
	_, end, err := f.walkRejects(c.rejects)
	if err != nil {
		return err
	}
	return trim(f.rejects, end)
}

func trim(file *rundir.File, size int64) error {
	if size >= file.Size() {
		return nil
	}
	return file.Cut(size)
}

// walkRejects counts the complete rows of rejects, up to most. It returns where the next row begins,
// which is more than any size if there is none.
func (f *Files) walkRejects(most int) (n int, end int64, err error) {
	file, err := f.dir.Read(f.rejectsName())
	if err != nil {
		return 0, 0, err
	}
	end = math.MaxInt64
	for r, bad := range writer.ReadRejects(file, file.Name(), writer.Format(f.Layout.Format)) {
		if bad != nil || n == most {
			end = r.Begin
			break
		}
		n++
	}
	return n, end, file.Close()
}
