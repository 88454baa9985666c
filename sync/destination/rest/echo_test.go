package rest

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"usersync/sync/destination"
)

// TestTheTokenIsNotTold: whatever a server quotes of a call, nothing that the
// client returns holds the token that the call was sent with.
func TestTheTokenIsNotTold(t *testing.T) {
	for _, status := range []int{200, 207, 302, 400, 401, 403, 429, 500} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			w.Header().Set("X-Request-Id", "call-"+sent)
			w.Header().Set("Location", "https://"+sent+".example/")
			w.WriteHeader(status)
			io.WriteString(w, `no good: Bearer `+sent+`, u-1`)
		}, func(c *Config) { c.ErrorText = func(body []byte) string { return string(body) } })
		a, err := c.Do(t.Context(), post)
		said := ""
		if err != nil {
			ce := err.(*destination.CallError)
			said = ce.Error() + ce.RequestID
		} else {
			said = string(a.Body) + a.RequestID
			a.Release()
		}
		if strings.Contains(said, "static-token") {
			t.Errorf("%d: %s", status, said)
		}
		if status != 302 && !strings.Contains(said, "no good") {
			t.Errorf("%d: the rest is lost: %s", status, said)
		}
	}
}
