package rundir

import (
	"bytes"
	"io"
)

// Reserve makes a file as File does that has room for size bytes on the disk,
// even if the disk fills up later. Until Commit cuts it to what was written,
// blanks fill the rest. A file that cannot be made is a *PlaceError.
func (d *Dir) Reserve(name string, size int) (*File, error) {
	f, err := d.File(name)
	if err != nil {
		return nil, err
	}
	if err := f.fill(size); err != nil {
		f.close()
		return nil, &PlaceError{f.letGo()}
	}
	return f, nil
}

// fill writes blanks, for a hole would be no room, and goes back before them.
func (f *File) fill(size int) error {
	if _, err := f.file.Write(bytes.Repeat([]byte{' '}, size)); err != nil {
		return f.keep(err)
	}
	if err := f.file.Sync(); err != nil {
		return f.keep(err)
	}
	f.reserve = int64(size)
	_, err := f.file.Seek(0, io.SeekStart)
	return f.keep(err)
}

// giveBack frees the room that was not needed. What was written is on the disk.
func (f *File) giveBack() {
	if f.err == nil && f.reserve > f.written {
		f.keep(f.file.Truncate(f.written))
	}
	if f.err == nil && f.reserve > f.written {
		f.keep(f.file.Sync())
	}
}
