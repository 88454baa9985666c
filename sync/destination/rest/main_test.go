package rest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"usersync/sync/destination"
	"usersync/sync/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts an API and returns a client of it.
func serve(t *testing.T, api http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return connect(t, server.URL, change...)
}

func connect(t *testing.T, url string, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{BaseURL: url, Proxy: "none", Auth: Auth{Token: user.NewSecret("static-token")}}
	for _, f := range change {
		f(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

func text(s string) func([]byte) []byte {
	return func(b []byte) []byte { return append(b, s...) }
}

var post = Request{Method: "POST", Path: []string{"users"}, Append: text(`{"data":[]}`), Collection: true}

// do makes a call whose answer does not matter to the test.
func do(t *testing.T, ctx context.Context, c *Client, r Request) *destination.CallError {
	t.Helper()
	a, err := c.Do(ctx, r)
	if err == nil {
		a.Release()
		return nil
	}
	var ce *destination.CallError
	if !errors.As(err, &ce) {
		t.Fatalf("error is a %T: %v", err, err)
	}
	return ce
}
