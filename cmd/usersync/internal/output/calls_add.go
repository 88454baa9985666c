package output

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"

	"usersync/writer/rundir"
)

// AddAll adds what other logs hold, which are in the folders of from that a pattern names.
func (l *CallLog) AddAll(from fs.FS, folders string) error {
	return errors.Join(addAll(from, path.Join(folders, rundir.AttemptsName), l.attempts.AddLine), addAll(from, path.Join(folders, rundir.TrafficName), l.traffic.Add))
}

// addAll adds the lines of the files with such names, the oldest file first.
func addAll(from fs.FS, names string, add func(line []byte)) error {
	paths, err := fs.Glob(from, names)
	if err != nil {
		return err
	}
	written := map[string]time.Time{}
	for _, name := range paths {
		info, err := fs.Stat(from, name)
		if err != nil {
			return err
		}
		written[name] = info.ModTime()
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Or(written[a].Compare(written[b]), cmp.Compare(a, b)) })
	for _, name := range paths {
		if err := addLines(from, name, add); err != nil {
			return err
		}
	}
	return nil
}

func addLines(from fs.FS, name string, add func(line []byte)) error {
	f, err := from.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // a line without an end was cut by a kill
		}
		if err != nil {
			return err
		}
		if line = bytes.TrimRight(line, "\n"); len(line) > 0 {
			add(line)
		}
	}
}
