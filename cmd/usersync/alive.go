package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// errAlive says that a process works on a run. The lock of the scope mostly keeps
// others away from it: not those who name another ledger, which has another lock.
var errAlive = errors.New("it is under way")

// claim makes a run's journal this process's own, until it is closed or the
// process ends. Without it two processes would write the files of one run.
func claim(diary *os.File) error {
	err := syscall.Flock(int(diary.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errAlive
	}
	return err
}

// isClaimed reports whether another process has claimed a journal.
func isClaimed(diary *os.File) bool {
	err := syscall.Flock(int(diary.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	return errors.Is(err, syscall.EWOULDBLOCK) // what else goes wrong is found out by who claims it
}

// heldRun is a run that cannot be taken because a process works on it.
func heldRun(run string) error {
	return &trouble{err: nothingSent(fmt.Errorf("go on with run %s, or take up what it left behind: %w", run, errAlive)), code: exitHeld,
		hint: "wait for it to end; it runs with another ledger than this command names, and one account should have one"}
}
