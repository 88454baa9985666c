package rest

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"usersync/sync/destination"
)

// HTTP/2 is used only if the config asks for it.
func TestHTTP2(t *testing.T) {
	var spoken []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		spoken = append(spoken, r.Proto+" "+string(body))
		if r.URL.Path == "/gone" {
			panic(http.ErrAbortHandler)
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, http2 := range map[string]bool{"HTTP/1.1 {}": false, "HTTP/2.0 {}": true} {
		spoken = nil
		c, err := New(Config{BaseURL: server.URL, Proxy: "none", TLS: TLS{CAFile: ca}, HTTP2: http2})
		if err != nil {
			t.Fatal(err)
		}
		body := func(b []byte) []byte { return append(b, "{}"...) }
		a, err := c.Do(t.Context(), Request{Method: http.MethodPost, Path: []string{"users"}, Append: body})
		if err != nil {
			t.Fatal(err)
		}
		a.Release()
		_, err = c.Do(t.Context(), Request{Method: http.MethodPost, Path: []string{"gone"}, Append: body})
		if ce, ok := err.(*destination.CallError); !ok || ce.Fault != destination.PerhapsTaken {
			t.Errorf("%s: a call that broke off is %v", want, err)
		}
		if len(spoken) != 2 || spoken[0] != want || spoken[1] != want {
			t.Errorf("spoken: %q, want %s once for each call", spoken, want)
		}
		c.CloseIdle()
	}
}
