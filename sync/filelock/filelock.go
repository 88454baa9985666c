// Package filelock locks a file that names the holder of the lock, so that a second process
// can say who it waits for. A dead process cannot hold it. Start at Take.
package filelock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// pause is the time between two attempts to take a lock that is held.
const pause = 200 * time.Millisecond

// Lock is a lock on a file.
type Lock struct {
	lock *flock.Flock
}

// Take locks the file at path, which it creates if needed and never removes. It waits at
// most wait and then fails with a *HeldError. The text of an error begins with path, and does not say
// what was to be locked. Run is shown to other processes that want the lock.
func Take(ctx context.Context, path, run string, wait time.Duration) (*Lock, error) {
	f := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW))
	err := Retry(ctx, wait, func() error {
		ok, err := f.TryLock()
		if err == nil && !ok {
			err = &HeldError{Holder: readHolder(path)}
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	if err := os.WriteFile(path, NewHolder(run).Text(), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return &Lock{f}, nil
}

// Release releases the lock.
func (f *Lock) Release() error { return f.lock.Close() }

// Retry calls try until it succeeds, fails with something other than a *HeldError, or wait
// is over.
func Retry(ctx context.Context, wait time.Duration, try func() error) error {
	until := time.Now().Add(wait)
	for {
		err := try()
		if _, held := errors.AsType[*HeldError](err); !held || !time.Now().Before(until) {
			return err
		}
		select {
		case <-time.After(min(pause, time.Until(until))):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// NewHolder returns this process, working on a run.
func NewHolder(run string) Holder {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	return Holder{PID: os.Getpid(), Host: host, Run: run, Since: time.Now().UTC().Truncate(time.Second)}
}

// Text returns the holder as ParseHolder reads it.
func (h Holder) Text() []byte {
	b, err := json.Marshal(h)
	if err != nil { // a date after the year 9999
		return nil
	}
	return b
}

// readHolder reads who wrote the lock file; it is zero while the file is being written.
func readHolder(path string) Holder {
	b, err := os.ReadFile(path)
	if err != nil {
		return Holder{}
	}
	return ParseHolder(b)
}

// ParseHolder reads Text; for any other text it returns the zero Holder.
func ParseHolder(b []byte) (h Holder) {
	if json.Unmarshal(b, &h) != nil {
		return Holder{}
	}
	return h
}
