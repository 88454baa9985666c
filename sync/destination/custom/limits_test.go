package custom

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"usersync/sync/user"
)

// The API's own names of headers reach the pace under those that it knows.
func TestLimits(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Left", "0")
		w.Header().Set("X-Again", "7")
		w.Header().Set("X-Wait", "3")
		w.Header().Set("X-Most", "100")
		w.WriteHeader(429)
	}))
	defer server.Close()
	config, err := decode(t, "limits: {remaining: X-Left, reset: X-Again, retry_after: X-Wait, limit: X-Most, window_seconds: 10}\ncreate: {path: /u}")
	if err != nil {
		t.Fatal(err)
	}
	var seen http.Header
	config.BaseURL, config.REST.Proxy = server.URL, "none"
	config.REST.Observe = func(status int, h http.Header) { seen = h }
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdle()
	if _, err := c.Apply(t.Context(), people(user.Create, "a")); err == nil {
		t.Error("429 passes for a success")
	}
	for name, want := range map[string]string{"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "7", "Retry-After": "3", "Ratelimit-Policy": "custom;q=100;w=10"} {
		if seen.Get(name) != want {
			t.Errorf("%s: %q", name, seen.Get(name))
		}
	}
}
