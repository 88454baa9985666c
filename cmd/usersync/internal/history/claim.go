package history

import (
	"errors"
	"os"
	"syscall"
	"time"

	"usersync/writer/rundir"
)

// ErrRunning says that another process works on a run. The lock of the scope prevents
// that, except for processes with different ledgers, which have different locks.
var ErrRunning = errors.New("it is in progress")

// Claim opens the journal of a run for appending, and creates it if it does not exist.
// Until the file is closed or the process ends, no other process can claim it:
// otherwise two processes could write the files of one run. If another process has
// claimed it, the error is ErrRunning.
func Claim(dir *rundir.Dir) (*os.File, error) {
	f, err := dir.Append(rundir.JournalName)
	if err != nil {
		return nil, err
	}
	if err := claim(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func claim(journal *os.File) error {
	err := lock(journal, syscall.LOCK_EX)
	for until := time.Now().Add(claimWait); errors.Is(err, syscall.EWOULDBLOCK) && time.Now().Before(until); {
		time.Sleep(claimWait / 100)
		err = lock(journal, syscall.LOCK_EX)
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrRunning
	}
	return err
}

// claimWait is far longer than isClaimed holds the lock.
const claimWait = time.Second

func lock(journal *os.File, how int) error {
	return syscall.Flock(int(journal.Fd()), how|syscall.LOCK_NB)
}

// isClaimed reports whether another process has claimed a journal.
func isClaimed(journal *os.File) bool {
	err := lock(journal, syscall.LOCK_SH)
	if err == nil {
		err = lock(journal, syscall.LOCK_UN)
	}
	return errors.Is(err, syscall.EWOULDBLOCK) // claim reports any other error
}
