package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// lockPause is how long passes between two tries to take what another holds.
const lockPause = 200 * time.Millisecond

// FileLock is a lock on a file. A dead process cannot hold it.
type FileLock struct {
	lock *flock.Flock
}

// LockFile takes the lock on path, which is made if need be and never removed.
// It waits as long as wait and then fails with a *HeldError. Run is told to
// whoever comes meanwhile.
func LockFile(ctx context.Context, path, run string, wait time.Duration) (*FileLock, error) {
	f := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW))
	err := retry(ctx, wait, func() error {
		ok, err := f.TryLock()
		if err == nil && !ok {
			err = &HeldError{Holder: readHolder(path)}
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	if err := os.WriteFile(path, newHolder(run).text(), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return &FileLock{f}, nil
}

// Release gives the lock back.
func (f *FileLock) Release() error { return failed("", f.lock.Close()) }

// retry calls try until it fails otherwise than by a *HeldError, or wait is
// over.
func retry(ctx context.Context, wait time.Duration, try func() error) error {
	until := time.Now().Add(wait)
	for {
		err := try()
		if _, held := errors.AsType[*HeldError](err); !held || !time.Now().Before(until) {
			return err
		}
		select {
		case <-time.After(min(lockPause, time.Until(until))):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// lockPath is the lock of a scope beside the ledger's file.
func lockPath(ledger, scope string) string {
	sum := sha256.Sum256([]byte(scope))
	return ledger + "." + hex.EncodeToString(sum[:8]) + ".lock"
}

func newHolder(run string) Holder {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	return Holder{PID: os.Getpid(), Host: host, Run: run, Since: time.Now().UTC().Truncate(time.Second)}
}

func (h Holder) text() []byte {
	b, err := json.Marshal(h)
	if err != nil { // a date beyond the year 9999
		return nil
	}
	return b
}

// readHolder reads who wrote the lock file; it is zero while that is being
// written.
func readHolder(path string) Holder {
	b, err := os.ReadFile(path)
	if err != nil {
		return Holder{}
	}
	return parseHolder(b)
}

func parseHolder(b []byte) (h Holder) {
	if json.Unmarshal(b, &h) != nil {
		return Holder{}
	}
	return h
}
