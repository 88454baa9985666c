package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination/parallel"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// newHeld returns a Checkpointer without a ledger, whose results are durable once hold says so.
func newHeld(t *testing.T) (c *Checkpointer, results *output) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "journal"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	j, err := journal.Create(f, journal.Header{Run: "run-1", Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	results = &output{hold: make(chan struct{})}
	return New(Options{Run: "run-1", Journal: j, Results: results, Rejects: &output{}, Input: NewDigest(), Start: time.Now()}), results
}

func writeMore(c *Checkpointer, n int) error {
	for range n {
		r := &user.Record{Op: user.Upsert, Origin: user.Origin{Record: c.Last() + 1}}
		if err := c.Write(&user.Outcome{Record: r, Status: user.Unchanged}); err != nil {
			return err
		}
	}
	return nil
}

// The run continues while a checkpoint is made, until the next one is due.
func TestRunContinuesWhileACheckpointIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, results := newHeld(t)
		time.Sleep(2 * interval)
		if err := writeMore(c, 11); err != nil || c.Checkpointed() != 0 {
			t.Fatal(c.Checkpointed(), err)
		}
		time.Sleep(2 * interval)
		wrote := make(chan error, 1)
		go func() { wrote <- writeMore(c, 1) }()
		synctest.Wait()
		if len(wrote) != 0 || c.Checkpointed() != 0 {
			t.Error("two checkpoints are made at a time, or one is made before the results are durable:", c.Checkpointed())
		}
		results.hold <- struct{}{}
		synctest.Wait()
		if len(wrote) != 1 || <-wrote != nil || c.Checkpointed() != 1 {
			t.Error("after the first checkpoint:", c.Checkpointed())
		}
		close(results.hold)
		if err := c.Finish(nil, true, false); err != nil || c.Checkpointed() != 12 {
			t.Error(c.Checkpointed(), err)
		}
	})
}

// A checkpoint is due a second after the last, with the first outcome of the next call.
func TestCheckpointIsDueAfterASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, results := newHeld(t)
		close(results.hold)
		for record, want := range []int{0, 0, 0, 0, 5, 5, 7} {
			if record > 2 {
				time.Sleep(interval / 2)
			}
			at := time.Now()
			if record == 3 || record == 5 {
				at = at.Add(-interval / 2) // of the call before
			}
			r := &user.Record{Op: user.Upsert, Origin: user.Origin{Record: record + 1}}
			if err := c.Write(&user.Outcome{Record: r, Status: user.Unchanged, At: at}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if c.Checkpointed() != want {
				t.Errorf("after record %d the last checkpoint is at %d, want %d", record+1, c.Checkpointed(), want)
			}
		}
	})
}

// What is written and not saved stays within a bound, however long a checkpoint takes: a
// journal holds no more.
func TestUnsavedIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, results := newHeld(t)
		wrote := make(chan error, 1)
		go func() { wrote <- writeMore(c, maxRecords+maxRecords/2) }()
		synctest.Wait()
		if len(wrote) != 0 || c.Last() > maxRecords+1 {
			t.Error("written:", c.Last())
		}
		close(results.hold)
		if err := <-wrote; err != nil || c.Wait() != nil {
			t.Error(err)
		}
	})
}

// The error of a checkpoint ends the run at the next outcome, or at its end, and none is made
// after it.
func TestCheckpointFailsWhileTheRunContinues(t *testing.T) {
	failed := errors.New("the disk is broken")
	for name, end := range map[string]func(*Checkpointer) error{
		"next outcome": func(c *Checkpointer) error { return writeMore(c, 1) },
		"end":          func(c *Checkpointer) error { return c.Finish(nil, true, false) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, results := newHeld(t)
				results.failed = failed
				close(results.hold)
				time.Sleep(2 * interval)
				if err := writeMore(c, 1); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if err := end(c); !errors.Is(err, failed) {
					t.Error(err)
				}
				results.failed = nil
				if err := c.Finish(nil, true, false); err != nil || c.Checkpointed() != 0 || results.synced != 0 {
					t.Error("after the failed checkpoint:", c.Checkpointed(), results.synced, err)
				}
			})
		})
	}
}

// A panic while a checkpoint is made is one of the run, which handles it. No other checkpoint is
// made after it: it would not hold what this one did.
func TestPanicOfACheckpoint(t *testing.T) {
	c, results := newHeld(t)
	close(results.hold)
	c.options.Rejects = nil // so that it panics
	c.saving = &saving{options: &c.options, done: make(chan struct{})}
	c.saving.make()
	defer func() {
		caught, ok := recover().(*parallel.Panicked)
		if !ok || !strings.Contains(fmt.Sprint(caught.Panic()), "nil") {
			t.Error("it is lost:", caught)
		}
		c.options.Rejects = &output{}
		results.synced = 0
		if err := c.Finish(errors.New("a panic"), false, false); err != nil || c.Checkpointed() != 0 || results.synced != 0 || !c.failed {
			t.Error("after the panic:", c.Checkpointed(), results.synced, err)
		}
	}()
	_ = c.Wait()
}
