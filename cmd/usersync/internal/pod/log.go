package pod

import (
	"errors"
	"io/fs"
	"os"
)

// kubernetesLog is the file that Kubernetes reads, unless terminationMessagePath names
// another.
const kubernetesLog = "/dev/termination-log"

// Log is the file for the message of how the command ended. The zero Log is none.
type Log struct {
	path   string
	create bool
}

// LogIn returns the log that the environment names: the file of LogVariable, otherwise that
// of Kubernetes, if there is one.
func LogIn(lookup func(string) (string, bool)) Log {
	if path, ok := lookup(LogVariable); ok && path != "" {
		return Log{path, true}
	}
	return Log{path: kubernetesLog}
}

// write replaces what the file holds. The file may be mounted by itself: it cannot be
// replaced by another.
func (l Log) write(line []byte) error {
	if l.path == "" {
		return nil
	}
	flags := os.O_WRONLY
	if l.create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(l.path, flags, 0o600)
	if errors.Is(err, fs.ErrNotExist) && !l.create {
		return nil // this is not Kubernetes
	}
	if err != nil {
		return err
	}
	_, err = f.WriteAt(line, 0)
	if info, bad := f.Stat(); err == nil && bad == nil && info.Mode().IsRegular() {
		err = f.Truncate(int64(len(line)))
	}
	return errors.Join(err, f.Close())
}
