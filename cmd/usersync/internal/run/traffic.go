package run

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"usersync/sync/destination/traffic"
	"usersync/writer/attempts"
	"usersync/writer/linelog"
	"usersync/writer/rundir"
)

// trafficSize is the size that the description of all calls has at most, in bytes.
const trafficSize = 64 << 20

// trafficLog writes descriptions of calls into the run directory (dump).
type trafficLog struct{ *linelog.Log }

func newTrafficLog(dir *rundir.Dir) trafficLog {
	return trafficLog{linelog.New(trafficSize, appended(dir, rundir.TrafficName))}
}

// appended opens a file of the run directory to continue it.
func appended(dir *rundir.Dir, name string) func() (io.WriteCloser, int64, error) {
	return func() (io.WriteCloser, int64, error) {
		f, err := dir.Append(name)
		if err != nil {
			return nil, 0, err
		}
		info, err := f.Stat()
		if err != nil {
			return nil, 0, err
		}
		return f, info.Size(), nil
	}
}

func (l trafficLog) take(e *traffic.Exchange) {
	e.Records = attempts.Ranges(slices.Values(e.Numbers))
	var line bytes.Buffer
	to := json.NewEncoder(&line)
	to.SetEscapeHTML(false)
	if to.Encode(e) == nil {
		l.Add(bytes.TrimRight(line.Bytes(), "\n"))
	}
}
