package rundir

import (
	"bytes"
	"errors"
	"io"
)

// Reserve creates a file like File, with room for size bytes on disk even if the disk fills up later.
// Spaces fill the rest until Commit truncates it. If it cannot be created the error is a *PlaceError.
//
// If there is no room, it leaves no file: that would take the last of it.
func (d *Dir) Reserve(name string, size int) (*File, error) {
	f, err := d.File(name)
	if err != nil {
		return nil, err
	}
	return f.reserved(size)
}

// ReserveAgain is Reserve for a file that replaces what an earlier part of the run has left, as
// Replace does.
func (d *Dir) ReserveAgain(name string, size int) (*File, error) {
	f, err := d.Replace(name)
	if err != nil {
		return nil, err
	}
	return f.reserved(size)
}

func (f *File) reserved(size int) (*File, error) {
	if err := f.fill(size); err != nil {
		f.close()
		return nil, &PlaceError{errors.Join(f.release(), f.root.Remove(f.partial))}
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
