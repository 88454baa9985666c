package rundir

import (
	"bytes"
	"io"
)

// Reserve creates a file like File, with room for size bytes on disk even if the disk fills up later.
// Spaces fill the rest until Commit truncates it. If it cannot be created the error is a *PlaceError.
func (d *Dir) Reserve(name string, size int) (*File, error) {
	f, err := d.File(name)
	if err != nil {
		return nil, err
	}
	if err := f.fill(size); err != nil {
		f.close()
		return nil, &PlaceError{f.release()}
	}
	return f, nil
}

// fill writes spaces, because a hole would reserve nothing, and seeks back to the start.
func (f *File) fill(size int) error {
	if _, err := f.file.Write(bytes.Repeat([]byte{' '}, size)); err != nil {
		return f.keepError(err)
	}
	if err := f.file.Sync(); err != nil {
		return f.keepError(err)
	}
	f.reserve = int64(size)
	_, err := f.file.Seek(0, io.SeekStart)
	return f.keepError(err)
}

// trim frees the room that was not needed. What was written is on disk.
func (f *File) trim() {
	if f.err == nil && f.reserve > f.written {
		f.keepError(f.file.Truncate(f.written))
	}
	if f.err == nil && f.reserve > f.written {
		f.keepError(f.file.Sync())
	}
}
