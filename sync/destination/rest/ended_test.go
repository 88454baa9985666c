package rest

import (
	"net/http"
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// endings keeps how calls ended.
type endings []destination.Ending

func (*endings) Next(string) error                        { return nil }
func (e *endings) Ended(_ string, how destination.Ending) { *e = append(*e, how) }

func (e *endings) Await([]*user.Record, func()) {}

// The middleware learns the id that the API gave a call, whether it went well or not, and
// if the client does not believe its answer.
func TestEndingsHaveRequestIDs(t *testing.T) {
	for status, want := range map[int][]destination.Ending{
		201: {{Status: 201, RequestID: "req-1"}, {Status: 201, Code: "strange", RequestID: "req-1"}},
		503: {{Status: 503, Code: "http_503", RequestID: "req-1"}},
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request-Id", "req-1")
			w.WriteHeader(status)
		})
		var got endings
		a, err := c.Do(destination.WithTurn(t.Context(), &got), post)
		if err == nil {
			_ = a.Fail(destination.PerhapsTaken, "strange", "")
			a.Release()
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d: %+v", status, got)
		}
	}
}
