package destinationtest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// network breaks calls in transit: each break must lead to the right fault.
func network(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		for name, b := range breaks() {
			run := bubble
			if b.tcp {
				run = func(t *testing.T, name string, f func(*testing.T)) { t.Run(name, f) }
			}
			run(t, string(op)+", "+name, func(t *testing.T) {
				sc := s.set(t, !b.tcp)
				users := sc.ready(op, sc.batchSize(op))
				b.arrange(sc)
				outcomes, ce := sc.apply(t.Context(), users)
				for _, got := range results(outcomes, ce) {
					if !slices.Contains(b.want, got) {
						t.Errorf("%q (%s), want one of %q", got, describe(outcomes, ce), b.want)
					}
				}
				if ce != nil && b.code != "" && ce.Code != b.code {
					t.Errorf("the code is %q, want %q", ce.Code, b.code)
				}
			})
		}
	}
}

type broken struct {
	arrange func(*scene)
	want    []string
	code    string
	counted string // the result that the table of calls shows
	tcp     bool
}

func breaks() map[string]broken {
	play := func(f http.HandlerFunc) func(*scene) { return func(sc *scene) { sc.stage.Playing(f) } }
	return map[string]broken{
		"unreachable": {arrange: func(sc *scene) { sc.stage.Unreachable(); sc.client.CloseIdle() }, want: []string{notTaken}, counted: "dial"},
		"reset":       {arrange: play(stage.HangUp), want: []string{perhaps}, tcp: true},
		"closed":      {arrange: play(stage.HangUp), want: []string{perhaps}, counted: "eof"},
		"silence":     {arrange: play(stage.Silent), want: []string{perhaps}, code: "timeout", counted: "timeout"},
		"half":        {arrange: play(stage.Half(http.StatusOK)), want: []string{perhaps}, counted: "cut_answer"},
		"half of 201": {arrange: play(stage.Half(http.StatusCreated)), want: []string{perhaps}, counted: "cut_answer"},
		"half of 207": {arrange: play(stage.Half(http.StatusMultiStatus)), want: []string{perhaps}, counted: "cut_answer"},
		"half, then silence": {want: []string{perhaps}, code: "timeout", counted: "timeout", arrange: play(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "{")
			http.NewResponseController(w).Flush()
			stage.Silent(w, r)
		})},
		"late by a second": {arrange: play(stage.Late(stage.ClientTimeout + time.Second)), want: []string{perhaps}, code: "timeout", counted: "timeout"},
		"a connection reset after half of the headers": {arrange: play(stage.Raw("HTTP/1.1 200 OK\r\nContent-Le")), want: []string{perhaps}, counted: "broken"},
		"not HTTP": {arrange: play(stage.Raw("SSH-2.0-OpenSSH_9.7\r\n\r\n")), want: []string{perhaps}, counted: "broken"},
	}
}

// cancel ends the caller's context: the call must return at once and say why.
func cancel(s Suite, t *testing.T) {
	facts := s.facts(t)
	for _, op := range opsOf(facts) {
		bubble(t, string(op)+", before", func(t *testing.T) { cancelBefore(s.open(t), op) })
		bubble(t, string(op)+", in flight", func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			cancelInFlight(sc, func(ctx context.Context) error { return errorOf(sc.apply(ctx, b)) })
		})
		bubble(t, string(op)+", deadline", func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			sc.stage.Playing(stage.Silent)
			soon, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			canceled(sc, soon, context.DeadlineExceeded, func(ctx context.Context) error { return errorOf(sc.apply(ctx, b)) })
		})
	}
	if facts.Blind {
		return
	}
	bubble(t, "find, in flight", func(t *testing.T) {
		sc := s.open(t)
		r := sc.ready(user.Update, 1).Records[0]
		cancelInFlight(sc, func(ctx context.Context) error {
			_, err := sc.client.(destination.Finder).Find(ctx, r)
			return err
		})
	})
}

// cancelBefore cancels before the call: nothing is done.
func cancelBefore(sc *scene, op user.Op) {
	sc.t.Helper()
	b := sc.ready(op, 1)
	before := looks(sc.sandbox, b)
	ctx, cancel := context.WithCancel(sc.t.Context())
	cancel()
	canceled(sc, ctx, context.Canceled, func(ctx context.Context) error { return errorOf(sc.apply(ctx, b)) })
	if after := looks(sc.sandbox, b); !slices.Equal(before, after) {
		sc.t.Error("something was done after the caller had canceled")
	}
}

func errorOf(_ []user.Outcome, ce *destination.CallError) error {
	if ce == nil {
		return nil
	}
	return ce
}

// cancelInFlight cancels while the API has the call and does not answer.
func cancelInFlight(sc *scene, do func(context.Context) error) {
	sc.t.Helper()
	ctx, cancel := context.WithCancel(sc.t.Context())
	sc.stage.Playing(func(w http.ResponseWriter, r *http.Request) { cancel(); stage.Silent(w, r) })
	canceled(sc, ctx, context.Canceled, do)
}

func canceled(sc *scene, ctx context.Context, want error, do func(context.Context) error) {
	sc.t.Helper()
	since := time.Now()
	err := do(ctx)
	if !errors.Is(err, want) {
		sc.t.Errorf("the error is %v, want %v", err, want)
	}
	if took := time.Since(since); took > time.Second {
		sc.t.Errorf("it took %v to return", took)
	}
}
