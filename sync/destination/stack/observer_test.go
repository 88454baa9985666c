package stack_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// told keeps calls and waits.
type told struct {
	calls  []telemetry.Call
	waited []telemetry.Spent
}

func (o *told) Called(c *telemetry.Call)     { o.calls = append(o.calls, *c) }
func (o *told) Waited(waits telemetry.Spent) { o.waited = append(o.waited, waits) }

// line is a call without its times.
func line(c *telemetry.Call) string {
	first, last := c.Range()
	return fmt.Sprintf("%s to %s %d-%d: %s %d", c.Kind, c.Op, first, last, c.Result, c.Status)
}

// Each call is told once, with its records and the wait before it.
func TestObserverIsToldOfEveryCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, batch := new(attempts), user.Batch{Op: user.Create, Records: records("a=1 b=2 c=3", user.Upsert)}
		batch.Records = batch.Records[1:2] // each of several would be read by a goroutine of its own
		options := options(new(pacer), 2)
		options.Observer = telemetry.Tee{o}
		api := scene{replay: destination.Detectable, faults: []fault{busy429, lostAfter}, reads: []fault{error500}}.fake()
		if _, err := options.Wrap(api.client(false)).Apply(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"create to create 2-2: http_429 429, attempt 1", "create to create 2-2: reset 0, attempt 2, waited, a repeat", "create to create 2-2: ok 200, attempt 3, waited, a repeat",
			"read to upsert 2-2: http_500 500, attempt 3", "read to upsert 2-2: ok 200, attempt 3, waited, a repeat",
		}
		if !slices.Equal(o.lines, want) {
			t.Errorf("got  %q\nwant %q", o.lines, want)
		}
	})
}

// The halves of a refused batch repeat it. What goes out for the first time does not, also
// after such a batch.
func TestHalvesAreRepeats(t *testing.T) {
	o, options := new(told), options(new(pacer), 2)
	options.Observer = o
	api := scene{api: func(f *fake) { f.poison["b"] = true }}.fake()
	wrapped := options.Wrap(api.client(false))
	for _, ids := range []string{"a=1 b=2 c=3 d=4", "e=5 f=6"} {
		if _, err := wrapped.Apply(t.Context(), user.Batch{Op: user.Create, Records: records(ids, user.Create)}); err != nil {
			t.Fatal(err)
		}
	}
	var repeats []bool
	for i := range o.calls {
		repeats = append(repeats, o.calls[i].Repeat)
	}
	if want := []bool{false, true, true, true, true, false}; !slices.Equal(repeats, want) {
		t.Errorf("repeats %v, want %v: %+v", repeats, want, o.calls)
	}
}

// attempts keeps what is told, and reads the records while it may.
type attempts struct{ lines []string }

func (o *attempts) Called(c *telemetry.Call) {
	text := fmt.Sprintf("%s, attempt %d", line(c), c.Attempt())
	if c.Waits[telemetry.Backoff] > 0 {
		text += ", waited"
	}
	if c.Repeat {
		text += ", a repeat"
	}
	o.lines = append(o.lines, text)
}

func (o *attempts) Waited(telemetry.Spent) {}

// A wait counts even if no call follows it.
func TestObserverIsToldOfWaitsInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, options := new(told), options(new(pacer), 2)
		options.Observer = o
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		api := scene{faults: []fault{busy429}}.fake()
		_, err := options.Wrap(api.client(false)).Apply(ctx, user.Batch{Op: user.Create, Records: records("a=1", user.Upsert)})
		if err == nil || len(o.calls) != 1 || len(o.waited) != 1 || o.waited[0] != (telemetry.Spent{telemetry.Backoff: 100 * time.Millisecond}) {
			t.Errorf("%v, %+v", err, o)
		}
	})
}

// storing is a store of intents that takes its time.
type storing struct{ err error }

func (s storing) RecordIntent(context.Context, []*user.Record) error {
	time.Sleep(50 * time.Millisecond)
	return s.err
}

func (storing) ClearIntent(context.Context, []*user.Record) error { return nil }

// The time until an intent is stored is not time on the wire.
func TestStoringAnIntentIsAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, failure := range []error{nil, errors.New("no room")} {
			o := new(told)
			client := limited.IntentRecorded{Destination: slow{readable{scene{}.fake()}}, Intents: storing{failure}}
			inner := limited.Limited{Destination: client, Pacer: new(pacer), Wire: t.Context(), Observer: o}
			_, err := inner.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("a=1", user.Create)})
			if !errors.Is(err, failure) {
				t.Fatal(err)
			}
			stored := telemetry.Spent{telemetry.Journal: 50 * time.Millisecond}
			if failure == nil && (len(o.calls) != 1 || o.calls[0].Waits != stored || o.calls[0].Wire != time.Second) {
				t.Errorf("%+v", o)
			}
			if failure != nil && (len(o.calls) != 0 || len(o.waited) != 1 || o.waited[0] != stored) {
				t.Errorf("%+v", o)
			}
		}
	})
}
