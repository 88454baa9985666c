package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The metrics of a run can be read while it waits for more input, and no longer.
func TestMetricsWhileRunning(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	input, feed := io.Pipe()
	ended := make(chan int, 1)
	var printed strings.Builder
	go func() {
		ended <- execute(t.Context(), []string{"run", "--to", "kard", "--sandbox", "--runs-dir", filepath.Join(t.TempDir(), "runs"), "--expect-records", "5000",
			"--metrics-listen", address, "--metrics-name", "nightly", "-"}, input, io.Discard, &printed)
	}()
	seen := make(chan struct{})
	go func() {
		rows := "id,enrolled_rewards\n"
		for i := range 5000 {
			rows += fmt.Sprintf("u-%d,CARDLINKED\n", i)
		}
		_, _ = io.WriteString(feed, rows) // the number of records shows whether it was read
		<-seen
		_ = feed.Close() // never fails
	}()
	want := regexp.MustCompile(`usersync_run_outcomes\{destination="kard-sandbox",name="nightly",outcome="created"\} [1-9]`)
	var shown string
	for until := time.Now().Add(time.Minute); !want.MatchString(shown) && time.Now().Before(until); {
		if resp, err := http.Get("http://" + address + "/metrics"); err == nil {
			body, _ := io.ReadAll(resp.Body) // compared below
			shown = string(body)
			_ = resp.Body.Close() // it was only read
		}
	}
	if !want.MatchString(shown) || !strings.Contains(shown, `usersync_run_in_progress{destination="kard-sandbox",name="nightly"} 1`) {
		t.Errorf("%s", shown)
	}
	close(seen)
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d: %s", code, printed.String())
	}
	if _, err := http.Get("http://" + address + "/metrics"); err == nil {
		t.Error("the address still answers")
	}
}
