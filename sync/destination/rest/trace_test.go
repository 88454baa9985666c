package rest

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"usersync/sync/telemetry"
)

// parent is a span with this header.
type parent string

// Traceparent is the header.
func (p parent) Traceparent() string { return string(p) }

// A call in a trace carries its header, and any other carries none.
func TestTraceparent(t *testing.T) {
	var got []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Traceparent"))
		w.WriteHeader(http.StatusCreated)
	})
	trace := &telemetry.Trace{Span: parent("00-1-2-01")}
	for _, ctx := range []context.Context{t.Context(), telemetry.WithTrace(t.Context(), &telemetry.Trace{}), telemetry.WithTrace(t.Context(), trace)} {
		a, err := c.Do(ctx, post)
		if err != nil {
			t.Fatal(err)
		}
		a.Release()
	}
	if !slices.Equal(got, []string{"", "", "00-1-2-01"}) {
		t.Errorf("%q", got)
	}
}
