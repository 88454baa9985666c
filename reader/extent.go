package reader

import (
	"sync/atomic"

	"usersync/reader/source"
)

// extent says how much of the bytes of an input was read. Its counters may be read while the
// input is.
type extent struct {
	size    int64 // of all files; unknown if one is
	unknown bool
	before  atomic.Int64 // of the files before the current one
	current atomic.Pointer[source.Source]
}

// see adds the size of a file.
func (e *extent) see(s *source.Source) {
	e.size += s.Size()
	e.unknown = e.unknown || s.Size() == 0
}

// begin is called before a file is read, and end once it was.
func (e *extent) begin(s *source.Source) { e.current.Store(s) }

func (e *extent) end(s *source.Source) {
	e.before.Add(s.Size())
	e.current.Store(nil)
}

// Extent returns how many bytes the files of the input have on disk, and how many of them were
// read so far, which is a little ahead of the records. The size is 0 if it is not known: for a
// pipe and for a workbook. It is safe for concurrent use, also while records are read.
func (in *Input) Extent() (read, size int64) {
	e := &in.extent
	if e.unknown {
		return 0, 0
	}
	read = e.before.Load()
	if current := e.current.Load(); current != nil {
		read += current.Consumed()
	}
	return min(read, e.size), e.size
}
