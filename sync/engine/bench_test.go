package engine_test

import (
	"context"
	"iter"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// willing accepts everything at once.
type willing struct{}

func (willing) Traits() destination.Traits {
	return destination.Traits{Ops: map[user.Op]destination.OpTraits{user.Create: {Max: 100}, user.Update: {Max: 1}}}
}

func (willing) Check(*user.Record) error { return nil }

func (willing) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes := make([]user.Outcome, len(b.Records))
	for i, r := range b.Records {
		outcomes[i] = user.Outcome{Record: r, Status: user.Created}
	}
	return outcomes, nil
}

type discard struct{}

func (discard) Write(*user.Outcome) error { return nil }

// BenchmarkEngine is the path from chunk to result with nothing at either end: one
// operation is one record.
func BenchmarkEngine(b *testing.B) {
	chunks := readAhead(b.N)
	b.ReportAllocs()
	b.ResetTimer()
	summary, err := engine.Job{Records: chunks, Destination: willing{}, Results: discard{}}.Run(b.Context())
	if err != nil || summary.Written != b.N {
		b.Fatal(summary, err)
	}
}

// readAhead makes the records in advance and reuses them, so the reader costs nothing.
func readAhead(n int) iter.Seq2[[]*user.Record, error] {
	const apart = 1 << 16 // more than the window holds
	ids := make([]string, apart)
	for i := range ids {
		ids[i] = "customer-" + own(i)
	}
	records := make([]user.Record, apart)
	chunk := make([]*user.Record, 100)
	return func(yield func([]*user.Record, error) bool) {
		for from := 0; from < n; from += len(chunk) {
			part := chunk[:min(len(chunk), n-from)]
			chunk = make([]*user.Record, len(chunk))
			for i := range part {
				k := from + i
				r := &records[k%apart]
				*r = user.Record{Origin: user.Origin{Record: k + 1}, Op: user.Upsert, User: user.User{ID: ids[k%apart]}}
				part[i] = r
			}
			if !yield(part, nil) {
				return
			}
		}
	}
}
