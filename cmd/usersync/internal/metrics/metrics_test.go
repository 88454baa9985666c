package metrics

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"usersync/writer"
	"usersync/writer/report"
)

var night = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)

func aRun(code int, at time.Time) Run {
	s := report.Summary{Run: "20260301T020000Z-abcdef", Times: report.Times{StartedAt: at.Add(-90 * time.Second), FinishedAt: at}}
	s.RecordsRead, s.Outcomes = 100, writer.Outcomes{Created: 90, Unchanged: 7, Refused: 3}
	s.Calls = map[string]report.Calls{"create": {Made: 12, Met: map[string]int{"ok": 10, "http_429": 2}}}
	s.Pace, s.Parked = &report.Pace{Ceiling: 5, Throttled: 2}, &report.Parked{Users: 1, Invalid: 1, FromNowOn: 1}
	s.Activity = &report.Activity{
		Latency: map[string]report.Latency{"create": {Calls: 12, Sum: 1500, Buckets: []report.Bucket{{UpTo: 4, Calls: 1}, {UpTo: 56, Calls: 8}, {UpTo: 96, Calls: 2}, {Calls: 1}}}},
		Retries: map[string]int{"create": 2},
		Spent:   report.Spent{Rate: 2.5, Answered: 1.25},
		Timeline: report.Timeline{StartedAt: at, WidthSeconds: 1, Points: []report.Point{
			{At: 0, Calls: 6, PerSecond: 5}, {At: 1, Calls: 6, PerSecond: 2.5},
		}},
	}
	return Run{Name: "nightly", Destination: "kard", Version: "1.0", Summary: &s, Ended: true, ExitCode: code, At: at}
}

func parsed(t *testing.T, text io.Reader) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(text)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// valueOf returns a metric's value, by its name and the values of its further labels.
func valueOf(t *testing.T, families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	t.Helper()
	for _, m := range families["usersync_"+name].GetMetric() {
		var values []string
		for _, l := range m.Label {
			if l.GetName() != "name" && l.GetName() != "destination" && l.GetName() != "job" && l.GetName() != "instance" {
				values = append(values, l.GetValue())
			}
		}
		if strings.Join(values, ",") == strings.Join(labels, ",") {
			return m.GetGauge().GetValue()
		}
	}
	t.Errorf("no %s %q", name, labels)
	return -1
}

func fileOf(t *testing.T, path string) map[string]*dto.MetricFamily {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	return parsed(t, file)
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nightly.prom")
	if err := WriteFile(path, aRun(3, night)); err != nil {
		t.Fatal(err)
	}
	all := fileOf(t, path)
	for _, want := range []struct {
		name   string
		labels []string
		value  float64
	}{
		{"build_info", []string{"1.0"}, 1},
		{"run_in_progress", nil, 0},
		{"run_exit_code", nil, 3},
		{"run_end_timestamp_seconds", nil, float64(night.Unix())},
		{"run_start_timestamp_seconds", nil, float64(night.Unix() - 90)},
		{"run_duration_seconds", nil, 90},
		{"run_records_read", nil, 100},
		{"run_outcomes", []string{"created"}, 90},
		{"run_outcomes", []string{"refused"}, 3},
		{"run_outcomes", []string{"in_doubt"}, 0},
		{"run_parked", nil, 2},
		{"run_calls", []string{"create", "ok"}, 10},
		{"run_calls", []string{"create", "http_429"}, 2},
		{"run_retried_calls", []string{"create"}, 2},
		{"run_throttled_calls", nil, 2},
		{"run_rate_limit_calls_per_second", nil, 5},
		{"run_rate_calls_per_second", nil, 2.5},
		{"run_spent_seconds", []string{"rate"}, 2.5},
		{"run_spent_seconds", []string{"answered"}, 1.25},
	} {
		if got := valueOf(t, all, want.name, want.labels...); got != want.value {
			t.Errorf("%s %q is %v, want %v", want.name, want.labels, got, want.value)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Error(info, err)
	}
}

func TestHistogram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nightly.prom")
	if err := WriteFile(path, aRun(0, night)); err != nil {
		t.Fatal(err)
	}
	h := fileOf(t, path)["usersync_run_call_duration_seconds"].GetMetric()[0].GetHistogram()
	want := map[float64]uint64{0.005: 1, 0.05: 1, 0.1: 11, 60: 11} // 56 ms is above 50 ms
	for _, b := range h.Bucket {
		if n, ok := want[b.GetUpperBound()]; ok && b.GetCumulativeCount() != n {
			t.Errorf("up to %v: %d, want %d", b.GetUpperBound(), b.GetCumulativeCount(), n)
		}
	}
	if h.GetSampleCount() != 12 || h.GetSampleSum() != 1.5 {
		t.Error(h.GetSampleCount(), h.GetSampleSum())
	}
}

// The last success outlives the runs that are none.
func TestLastSuccess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nightly.prom")
	for i, code := range []int{3, 0, 4, 2, 0} {
		run := aRun(code, night.AddDate(0, 0, i))
		if code == 2 {
			run.Summary = nil // it never came that far
		}
		if err := WriteFile(path, run); err != nil {
			t.Fatal(err)
		}
		all := fileOf(t, path)
		switch i {
		case 0:
			if all[lastSuccess] != nil {
				t.Error("a run that failed is a success")
			}
		case 1, 2, 3:
			if got := valueOf(t, all, "last_success_timestamp_seconds"); got != float64(night.AddDate(0, 0, 1).Unix()) {
				t.Errorf("after run %d: %v", i, got)
			}
		case 4:
			if got := valueOf(t, all, "last_success_timestamp_seconds"); got != float64(night.AddDate(0, 0, 4).Unix()) {
				t.Errorf("after run %d: %v", i, got)
			}
		}
	}
}

// The success of another job that wrote to the same file is not taken over.
func TestSuccessOfAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nightly.prom")
	other := aRun(0, night)
	other.Destination = "onbo"
	for _, run := range []Run{other, aRun(3, night.AddDate(0, 0, 1))} {
		if err := WriteFile(path, run); err != nil {
			t.Fatal(err)
		}
	}
	if fileOf(t, path)[lastSuccess] != nil {
		t.Error("the success of another job counts as one of this job")
	}
}

// A file that is not ours is replaced, with a warning.
func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nightly.prom")
	if err := os.WriteFile(path, []byte("{{{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, aRun(4, night)); err == nil || !strings.Contains(err.Error(), "read the earlier metrics") {
		t.Error(err)
	}
	if got := valueOf(t, fileOf(t, path), "run_exit_code"); got != 4 {
		t.Error(got)
	}
	if err := WriteFile(filepath.Join(path, "x.prom"), aRun(0, night)); err == nil {
		t.Error("a file below a file was written")
	}
}

// promtool has no objection to names, types and help.
func TestPromtool(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nightly.prom")
	if err := WriteFile(path, aRun(0, night)); err != nil {
		t.Fatal(err)
	}
	text, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	check := exec.Command("promtool", "check", "metrics")
	check.Stdin = text
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestListener(t *testing.T) {
	var l Listener
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := l.Add(address, func() Run { return Run{} }); err == nil {
		t.Error("an address in use was opened")
	}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	run := aRun(0, night)
	run.Ended, run.Summary.FinishedAt = false, time.Time{}
	second := run
	second.Destination = "scim"
	for _, r := range []Run{run, second} {
		if err := l.Add(address, func() Run { return r }); err != nil {
			t.Fatal(err)
		}
	}
	run.Summary.Outcomes.Created = 91
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	all := parsed(t, resp.Body)
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if valueOf(t, all, "run_outcomes", "created") != 91 || valueOf(t, all, "run_in_progress") != 1 || len(all["usersync_run_in_progress"].Metric) != 2 || all["usersync_run_exit_code"] != nil {
		t.Error(all)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get("http://" + address + "/metrics"); err == nil {
		t.Error("it still listens")
	}
}

// gateway is a real Pushgateway.
type gateway struct{ address string }

func newGateway(t *testing.T) *gateway {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{free.Addr().String()}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	server := exec.Command("prometheus-pushgateway", "--web.listen-address", g.address, "--log.level", "error")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // it was killed
	})
	for range 3000 {
		resp, err := http.Get("http://" + g.address + "/-/ready")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return g
			}
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatal("the Pushgateway did not start")
	return nil
}

func (g *gateway) metrics(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	resp, err := http.Get("http://" + g.address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return parsed(t, resp.Body)
}

// What a run has no metric for is no longer at the gateway; the last success stays.
func TestPush(t *testing.T) {
	g := newGateway(t)
	if err := Push(t.Context(), "http://"+g.address, aRun(0, night)); err != nil {
		t.Fatal(err)
	}
	all := g.metrics(t)
	if valueOf(t, all, "run_calls", "create", "ok") != 10 || valueOf(t, all, "last_success_timestamp_seconds") != float64(night.Unix()) {
		t.Error(all)
	}
	bad := aRun(2, night.AddDate(0, 0, 1))
	bad.Summary = nil
	if err := Push(t.Context(), "http://"+g.address, bad); err != nil {
		t.Fatal(err)
	}
	all = g.metrics(t)
	if valueOf(t, all, "run_exit_code") != 2 || valueOf(t, all, "last_success_timestamp_seconds") != float64(night.Unix()) || all["usersync_run_calls"] != nil {
		t.Error(all)
	}
}

func TestPushFails(t *testing.T) {
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/elsewhere" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	}))
	defer moved.Close()
	echoes := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "hunter2 is not the password", http.StatusUnauthorized)
	}))
	defer echoes.Close()
	for _, address := range []string{moved.URL, echoes.URL, "http://127.0.0.1:1", "http://me:hunter2@127.0.0.1:1", "http://me:hunter2@[x"} {
		if err := Push(t.Context(), address, aRun(0, night)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
