package stack_test

import (
	"context"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/pace"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// idle is a client that does nothing.
type idle struct{ readable }

func (idle) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	destination.CallEnded(ctx, "POST", destination.Ending{Status: 201})
	return make([]user.Outcome, len(b.Records)), nil
}

// BenchmarkObserver is what it costs to observe a call: the difference between the two.
func BenchmarkObserver(b *testing.B) {
	for name, o := range map[string]telemetry.Observer{"none": nil, "stats": telemetry.Tee{telemetry.NewStats()}} {
		b.Run(name, func(b *testing.B) {
			inner := limited.Limited{Destination: idle{readable{scene{}.fake()}}, Pacer: pace.New(pace.Options{MaxInFlight: 16}), Wire: b.Context(), Calls: new(destination.Calls), Observer: o}
			batch := user.Batch{Op: user.Create, Records: records("a=1", user.Create)}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := inner.Apply(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
