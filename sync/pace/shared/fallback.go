package shared

import (
	"context"
	"errors"
	"sync"
	"time"

	"usersync/sync/pace"
)

const (
	// checkEvery is how often the ledger is asked whether Redis still counts.
	checkEvery = time.Second
	// trusted is how long its answer is good for. After a switch nothing is reserved in the
	// ledger for as long.
	trusted = 2 * time.Second
	// patience is how long Redis may be away before the ledger counts: longer than a
	// restart takes.
	patience = 3 * time.Second
	// redisTimeout is more than Redis needs if it answers at all.
	redisTimeout = time.Second
)

// Fallback reserves in Redis. Once a process of the run does without an answer for
// 3 s, all of them reserve in the ledger until the end of the run, also those that can
// reach Redis: a process reserves in Redis only if the ledger said less than 2 s ago that
// Redis counts. It is safe for concurrent use.
type Fallback struct {
	Redis  pace.Shared
	Ledger *Postgres

	mu       sync.Mutex
	checked  time.Time // before the last check
	failing  time.Time // since when Redis does not answer; zero if it does
	offSince time.Time // when this process learned that Redis no longer counts; zero if it does
}

var (
	errSwitching = errors.New("calls that Redis has counted may not be over")
	errLate      = errors.New("redis answered too late")
)

// Reserve reserves moments where the calls of the run are counted now. Without the
// ledger's database it fails.
func (f *Fallback) Reserve(ctx context.Context, a pace.Ask) (pace.Answer, error) {
	checked, err := f.check(ctx)
	if err != nil {
		return pace.Answer{}, err
	}
	if off, since := f.off(); off {
		if since < trusted {
			return pace.Answer{}, errSwitching
		}
		answer, err := f.Ledger.Reserve(ctx, a)
		answer.Fallen = true
		return answer, err
	}
	answer, err := f.reserveInRedis(ctx, a)
	if err == nil && passed(checked) > trusted {
		err = errLate
	}
	if err != nil && f.failedFor(time.Now()) >= patience {
		if switching := f.turnOff(ctx); switching != nil {
			err = switching
		}
	}
	return answer, err
}

// passed is the time since a moment by both clocks: one stands still while a machine
// sleeps, the other one may be set.
func passed(since time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0)))
}

func (f *Fallback) reserveInRedis(ctx context.Context, a pace.Ask) (pace.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	answer, err := f.Redis.Reserve(ctx, a)
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.failing = time.Time{}
	}
	return answer, err
}

// check asks the ledger from time to time whether Redis counts, and returns when it last
// did so.
func (f *Fallback) check(ctx context.Context) (checked time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if !f.offSince.IsZero() || passed(f.checked) < checkEvery {
		return f.checked, nil
	}
	off, err := f.Ledger.redisIsOff(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if f.checked = now; off {
		f.offSince = time.Now()
	}
	return now, nil
}

func (f *Fallback) off() (off bool, since time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.offSince.IsZero(), time.Since(f.offSince)
}

// failedFor returns for how long Redis has not answered.
func (f *Fallback) failedFor(now time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failing.IsZero() {
		f.failing = now
	}
	return now.Sub(f.failing)
}

func (f *Fallback) turnOff(ctx context.Context) error {
	if err := f.Ledger.turnRedisOff(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.offSince = time.Now()
	return errSwitching
}
