package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/filelock"
	"usersync/writer/rundir"
)

// State is how a job is, by the exit code of its last run.
type State string

// The states of a job.
const (
	OK      State = "ok"
	Warning State = "warning" // the next run continues, or some users need attention
	Failed  State = "failed"  // the run could not do what it was asked for
)

// Recovered is the event of a run that is ok after one that was not.
const Recovered = "recovered"

// stateOf returns the state after an exit code. Known is false for a run that a person
// stopped at a terminal, who needs no notification and has said nothing about the job.
func stateOf(code int) (s State, known bool) {
	switch code {
	case exit.OK:
		return OK, true
	case exit.Rejects, exit.Doubt, exit.Budget, exit.Terminate:
		return Warning, true
	case exit.Interrupt:
		return "", false
	}
	return Failed, true
}

// eventOf names what happened: the state, or Recovered. It is empty if nothing has changed.
// Before its first run a job counts as ok.
func eventOf(now, before State) string {
	switch {
	case now == before, now == OK && before == "":
		return ""
	case now == OK:
		return Recovered
	}
	return string(now)
}

// told is what the last notification of a job said.
type told struct {
	State State     `json:"state"`
	Run   string    `json:"run,omitempty"`
	At    time.Time `json:"at"`
}

// memory is the file that keeps what was last told of a job. Each job has one of its own,
// so that two jobs with the same runs directory never write to the same file.
type memory struct{ dir, path string }

func remembered(runsDir string, job ...string) memory {
	h := sha256.New()
	for _, part := range job {
		h.Write([]byte(part + "\x00"))
	}
	name := "notified-" + hex.EncodeToString(h.Sum(nil)[:6]) + ".json"
	return memory{runsDir, filepath.Join(runsDir, name)}
}

// alone waits for other processes that read or write the memory, and returns what ends that. If
// it takes too long, or cannot be done, one notification too many is better than none.
func (m memory) alone(ctx context.Context, wait time.Duration) (end func()) {
	err := os.MkdirAll(m.dir, 0o700)
	lock, failed := filelock.Take(ctx, m.path+".lock", "", wait)
	if err = errors.Join(err, failed); err != nil {
		return func() {}
	}
	return func() { _ = lock.Release() } // it ends with the process
}

// load returns what was last told; the zero value if nothing was. An unreadable file also
// counts as nothing: one notification too many is better than none.
func (m memory) load() (t told, err error) {
	data, err := os.ReadFile(m.path)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(data, &t); err != nil {
		return told{}, err
	}
	return t, nil
}

func (m memory) save(t told) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return err
	}
	f, err := rundir.Replace(m.path)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Commit()
}
