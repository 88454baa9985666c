package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Monitoring and the team are told at the same time: one that does not answer takes no time from the
// other. Here each answers only when the other one was asked.
func TestAllAreToldAtTheSameTime(t *testing.T) {
	asked := map[string]chan struct{}{"/metrics": make(chan struct{}), "/hook": make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		own, other := "/metrics", "/hook"
		if r.URL.Path == other {
			own, other = other, own
		} else if strings.Contains(r.URL.Path, "success") {
			return
		}
		close(asked[own])
		select {
		case <-asked[other]:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	t.Setenv("HOOK", server.URL+"/hook")
	dir := t.TempDir()
	config := fmt.Sprintf("to: kard\nsandbox: true\nnotify: {webhook: env:HOOK, on: always}\nmetrics: {push: %q}\n", server.URL)
	for name, text := range map[string]string{"usersync.yaml": config, "users.csv": "id,enrolled_rewards\nu-1,CARDLINKED\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var printed strings.Builder
	code := execute(t.Context(), []string{"run", "--config", filepath.Join(dir, "usersync.yaml"), filepath.Join(dir, "users.csv")}, strings.NewReader(""), &strings.Builder{}, &printed)
	if code != 0 || strings.Contains(printed.String(), "WARN") {
		t.Errorf("exit code %d: %s", code, printed.String())
	}
}
