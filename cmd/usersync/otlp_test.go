//go:build otlp

package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/proto"
)

// A run that has not ended sends its metrics to a collector, and its exit code at the end.
func TestOpenTelemetryDuringARun(t *testing.T) {
	got := make(chan map[string]float64)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		var m collectormetrics.ExportMetricsServiceRequest
		if err = errors.Join(err, proto.Unmarshal(raw, &m)); err != nil {
			t.Error(err)
		}
		select {
		case got <- gauges(&m):
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", server.URL+"/v1/metrics")
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "20")
	input, users := io.Pipe()
	code := make(chan int)
	go func() {
		code <- execute(t.Context(), []string{"run", "--to", "kard", "--sandbox", "--runs-dir", filepath.Join(t.TempDir(), "runs"), "-"}, input, io.Discard, io.Discard)
	}()
	const rows = 500 // the beginning of an input is looked at before the run begins
	io.WriteString(users, "id,enrolled_rewards\n")
	for i := range rows {
		fmt.Fprintf(users, "u-%d,CARDLINKED\n", i)
	}
	var m map[string]float64
	select {
	case m = <-got:
	case <-time.After(20 * time.Second):
		users.Close()
		t.Fatalf("nothing was sent during the run; exit code %d", <-code)
	}
	if _, ended := m["usersync_run_exit_code"]; ended || m["usersync_run_in_progress"] != 1 || m["usersync_run_start_timestamp_seconds"] == 0 {
		t.Errorf("during the run: %v", m)
	}
	users.Close()
	for m["usersync_run_in_progress"] == 1 {
		m = <-got
	}
	if exit, ended := m["usersync_run_exit_code"]; !ended || exit != 0 || m["usersync_run_records_read"] != rows {
		t.Errorf("after the run: %v", m)
	}
	if c := <-code; c != 0 {
		t.Errorf("exit code %d", c)
	}
}

// A retry of rejects says nothing about the job: its exit code is not the job's.
func TestOpenTelemetryOfARetry(t *testing.T) {
	got := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.URL.Path }))
	defer server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	dir := t.TempDir()
	users, runs := filepath.Join(dir, "users.csv"), filepath.Join(dir, "runs")
	if err := os.WriteFile(users, []byte("id,email,enrolled_rewards\nu-1,nobody,CARDLINKED\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	send := func(args ...string) (metrics int) {
		if code := execute(t.Context(), append(args, "--runs-dir", runs), strings.NewReader(""), io.Discard, io.Discard); code != 3 {
			t.Errorf("%q: exit code %d", args, code)
		}
		for len(got) > 0 {
			if <-got == "/v1/metrics" {
				metrics++
			}
		}
		return metrics
	}
	if n := send("run", "--to", "kard", "--sandbox", users); n == 0 {
		t.Error("a run has sent no metrics")
	}
	if n := send("retry", "--last"); n > 0 {
		t.Errorf("a retry has sent metrics %d times", n)
	}
}

// gauges returns the values of gauges; of one with further labels, any of them.
func gauges(m *collectormetrics.ExportMetricsServiceRequest) map[string]float64 {
	values := map[string]float64{}
	for _, one := range m.GetResourceMetrics()[0].GetScopeMetrics()[0].GetMetrics() {
		for _, p := range one.GetGauge().GetDataPoints() {
			values[one.GetName()] = p.GetAsDouble()
		}
	}
	return values
}
