package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"usersync/cmd/usersync/internal/exit"
)

// errAlive says that a process works on a run. The lock of the scope mostly keeps
// others away from it: not those who name another ledger, which has another lock.
var errAlive = errors.New("it is under way")

// claim makes a run's journal this process's own, until it is closed or the
// process ends. Without it two processes would write the files of one run.
func claim(diary *os.File) error {
	err := lock(diary, syscall.LOCK_EX)
	for until := time.Now().Add(asking); errors.Is(err, syscall.EWOULDBLOCK) && time.Now().Before(until); {
		time.Sleep(asking / 100)
		err = lock(diary, syscall.LOCK_EX)
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errAlive
	}
	return err
}

// asking is far longer than whoever asks holds the lock.
const asking = time.Second

func lock(diary *os.File, how int) error { return syscall.Flock(int(diary.Fd()), how|syscall.LOCK_NB) }

// isClaimed reports whether another process has claimed a journal.
func isClaimed(diary *os.File) bool {
	err := lock(diary, syscall.LOCK_SH)
	if err == nil {
		err = lock(diary, syscall.LOCK_UN)
	}
	return errors.Is(err, syscall.EWOULDBLOCK) // what else goes wrong is found out by who claims it
}

// heldRun is a run that cannot be taken because a process works on it.
func heldRun(run string) error {
	return &exit.Error{Err: exit.NothingSent(fmt.Errorf("go on with run %s, or take up what it left behind: %w", run, errAlive)), Code: exit.Held,
		Hint: "wait for it to end; it runs with another ledger than this command names, and one account should have one"}
}
