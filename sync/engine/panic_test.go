package engine_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// panicking panics in one of its methods, with a value of a user.
type panicking struct {
	*api
	*results
	in string
}

func (p panicking) at(place string) {
	if p.in == place {
		panic("ann@example.com")
	}
}

func (p panicking) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	p.at("destination")
	return p.api.Apply(ctx, b)
}

func (p panicking) Write(o *user.Outcome) error {
	p.at("results")
	return p.results.Write(o)
}

func (p panicking) records(all iter.Seq2[[]*user.Record, error]) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		p.at("input")
		all(yield)
	}
}

// A panic, wherever it is, ends the run as an error does: every goroutine ends, and the
// error names the place and no value.
func TestAPanicEndsTheRun(t *testing.T) {
	for _, place := range []string{"destination", "results", "input"} {
		t.Run(place, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				a := newAPI(out, 0)
				a.most = 10
				p := panicking{api: a, results: out, in: place}
				s, err := engine.Job{Records: p.records(input(400, user.Create, own)), Destination: p, Results: p, Limits: engine.Limits{Workers: 4}}.Run(t.Context())
				var panicked *engine.PanicError
				if !errors.As(err, &panicked) || s.Finished {
					t.Fatalf("finished %t: %v", s.Finished, err)
				}
				if text := panicked.Error(); strings.Contains(text, "ann@") || !strings.Contains(text, "panicking.at, panic_test.go:") {
					t.Error(text)
				}
				if place == "destination" && s.PerhapsTaken == 0 {
					t.Error("what a call may have delivered is not counted")
				}
			})
		})
	}
}
