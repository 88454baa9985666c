package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Stream returns a File for w, such as stdout. Commit flushes it; w is not closed. Name is used in
// errors.
func Stream(w io.Writer, name string) *File {
	return &File{buffer: bufio.NewWriterSize(w, bufferSize), name: name}
}

// Replace creates a file outside a run directory, for its owner only (mode 0600). The file at path
// stays unchanged until Commit replaces it by a rename; a symbolic link keeps pointing at its file. A
// pipe or a device at path is written to directly.
//
// The unfinished file has a random part in its name, so what a killed run left does not get in the way
// of the next. Every error is a *PlaceError.
func Replace(path string) (*File, error) {
	f, err := replace(path)
	if err != nil {
		return nil, &PlaceError{fmt.Errorf("open results file %s: %w", path, err)}
	}
	return f, nil
}

func replace(path string) (*File, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return replaceFile(path)
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("it is a directory; give the name of a file in it")
	case !info.Mode().IsRegular():
		return openStream(path)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, err
	}
	return replaceFile(path)
}

func openStream(path string) (*File, error) {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	f := Stream(file, path)
	f.file = file
	return f, nil
}

func replaceFile(path string) (*File, error) {
	dir, name := filepath.Dir(path), filepath.Base(path)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f := &File{root: root, ownRoot: true, dir: dir, name: name, replace: true}
	f.partial = name + "." + token() + partialSuffix
	if err := f.create(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}
