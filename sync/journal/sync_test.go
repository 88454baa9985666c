package journal

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slowDisk takes an hour to make durable what was written before.
type slowDisk struct {
	mu      sync.Mutex
	written bytes.Buffer
	durable int
	syncs   int
	broken  error
}

func (d *slowDisk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.written.Write(p)
}

func (d *slowDisk) Sync() error {
	d.mu.Lock()
	d.syncs++
	n, err := d.written.Len(), d.broken
	d.mu.Unlock()
	time.Sleep(time.Hour)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.durable = n
	}
	return err
}

func (d *slowDisk) Truncate(int64) error { return errors.ErrUnsupported }

// has reports whether a record is durable.
func (d *slowDisk) has(record int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	past, err := read(d.written.Bytes()[:d.durable])
	for i := range past.Settled {
		if err == nil && past.Settled[i].Record == record {
			return true
		}
	}
	return false
}

// createSynced begins a journal on such a disk.
func createSynced(t *testing.T) (*Journal, *slowDisk) {
	h := header
	h.Synced = true
	d := &slowDisk{}
	j, err := Create(d, h)
	if err != nil {
		t.Fatal(err)
	}
	return j, d
}

// settleOneByOne settles a record a minute, and returns the errors, by when they came.
func settleOneByOne(j *Journal, d *slowDisk, n int) map[time.Duration][]error {
	begun, all := time.Now(), map[time.Duration][]error{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			time.Sleep(time.Duration(i) * time.Minute)
			err := j.Settled(settled(batch(1+i, 1)))
			if err == nil && !d.has(1+i) {
				err = errors.New("it is not durable")
			}
			mu.Lock()
			defer mu.Unlock()
			all[time.Since(begun)] = append(all[time.Since(begun)], err)
		})
	}
	group.Wait()
	return all
}

// What is written while the file is synced waits for one more sync, together.
func TestOneSyncForAllThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, d := createSynced(t)
		all := settleOneByOne(j, d, 16)
		if first, others := all[time.Hour], all[2*time.Hour]; len(first) != 1 || len(others) != 15 || d.syncs != 3 {
			t.Errorf("%d, %d, %d syncs", len(first), len(others), d.syncs)
		}
		for after, errs := range all {
			if err := errors.Join(errs...); err != nil {
				t.Errorf("after %s: %v", after, err)
			}
		}
	})
}

// All that wait for a sync that fails fail with it, and so does what comes later.
func TestAFailedSyncFailsForAllThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, d := createSynced(t)
		d.broken = errors.New("the disk is broken")
		all := settleOneByOne(j, d, 16)
		if len(all[time.Hour]) != 16 || d.syncs != 2 {
			t.Errorf("%v, %d syncs", all, d.syncs)
		}
		for _, err := range append(all[time.Hour], j.Settled(settled(batch(20, 1)))) {
			if !errors.Is(err, d.broken) {
				t.Error(err)
			}
		}
	})
}
