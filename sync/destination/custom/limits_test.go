package custom

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"usersync/sync/user"
)

// The pace gets the API's own headers under the names that it knows.
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

// If several users are told to come back later, the longest wait applies to all.
func TestTheLongestWaitHolds(t *testing.T) {
	c := answering(t, `update: {path: /u, batch: 9, item: {id: "{id}"}, answer: {results: {at: /r, key: /id, status: /status, retry_after: /wait}}}`, 200,
		`{"r":[{"id":"a","status":429,"wait":"2"},{"id":"b","status":503,"wait":9},{"id":"c","status":429,"wait":"3"}]}`)
	var status int
	var wait string
	c.answers.Observe = func(s int, h http.Header) { status, wait = s, h.Get("Retry-After") }
	outcomes, err := c.Apply(t.Context(), people(user.Update, "a", "b", "c"))
	if err != nil || status != 429 || wait != "9" {
		t.Errorf("%d %q %v", status, wait, err)
	}
	for _, o := range outcomes {
		if o.Status != user.Busy {
			t.Errorf("%+v", o)
		}
	}
}
