package onbo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usersync/sync/sandbox"
)

// FuzzCall: whatever is sent, the sandbox answers in JSON, and never reports more than it did.
func FuzzCall(f *testing.F) {
	for _, seed := range []string{body(), `{}`, `[]`, ``, `null`, `{"address":null}`, `{"address":{"zip":7}}`, `{"ssn":""}`, `{"email":"a@b","email":"c@d"}`, "{\"email\":\"\xff@x\"}"} {
		f.Add("POST", "/v1/users", seed)
		f.Add("PUT", "/v1/users/x", seed)
	}
	f.Add("GET", "/v1/users?limit=99999999999", "")
	f.Add("GET", "/v1/users/%2e%2e", "")
	s := sandbox.New(sandbox.Options{API: API{Secret: Secret}})
	f.Fuzz(func(t *testing.T, method, path, body string) {
		r, err := http.NewRequest(method, "http://sandbox.example", strings.NewReader(body))
		if err != nil || r.URL.Path != "" {
			return
		}
		if u, err := r.URL.Parse(path); err == nil && strings.HasPrefix(u.Path, "/v1/") {
			r.URL = u
		} else {
			return
		}
		before := s.State().Created
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		answer, err := io.ReadAll(w.Result().Body)
		if err != nil || !json.Valid(answer) {
			t.Fatalf("%d %q: %v", w.Code, answer, err)
		}
		if made := s.State().Created - before; made > 0 != (w.Code == 201) {
			t.Fatal(fmt.Sprint(w.Code, " for ", made, " created"))
		}
	})
}
