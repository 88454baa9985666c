//go:build otlp

package otlp_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"usersync/cmd/usersync/internal/metrics"
	"usersync/cmd/usersync/internal/otlp"
	"usersync/sync/telemetry"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// collector takes what a collector takes, by the protocol's own messages.
type collector struct {
	mu      sync.Mutex
	traces  []*collectortrace.ExportTraceServiceRequest
	metrics []*collectormetrics.ExportMetricsServiceRequest
	broken  error
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, c.broken = gzip.NewReader(r.Body)
	}
	raw, err := io.ReadAll(body)
	var m proto.Message
	switch r.URL.Path {
	case "/v1/traces":
		c.traces = append(c.traces, &collectortrace.ExportTraceServiceRequest{})
		m = c.traces[len(c.traces)-1]
	case "/v1/metrics":
		c.metrics = append(c.metrics, &collectormetrics.ExportMetricsServiceRequest{})
		m = c.metrics[len(c.metrics)-1]
	default:
		http.NotFound(w, r)
		return
	}
	if err == nil {
		err = proto.Unmarshal(raw, m)
	}
	if err != nil {
		c.broken = err
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// A run in progress is sent each time that the interval has passed, and once when it has
// ended. What could not be sent in between is no error.
func TestMetricsDuringARun(t *testing.T) {
	got := make(chan *collectormetrics.ExportMetricsServiceRequest)
	var refused atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !refused.Swap(true) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		raw, err := io.ReadAll(r.Body)
		m := &collectormetrics.ExportMetricsServiceRequest{}
		if err = errors.Join(err, proto.Unmarshal(raw, m)); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
		select {
		case got <- m:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", server.URL+"/v1/metrics")
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "10")
	e, err := otlp.Start(t.Context(), os.LookupEnv, otlp.Job{Name: "nightly", Destination: "kard", Mode: "upsert", Version: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	calls, began := 0, time.Now().Add(-time.Minute)
	summary := func() *report.Summary {
		calls++
		return &report.Summary{Times: report.Times{StartedAt: began}, Activity: &report.Activity{
			Latency: map[string]report.Latency{"create": {Calls: calls, Sum: 30, Buckets: []report.Bucket{{UpTo: 4, Calls: calls}}}}, Retries: map[string]int{"create": calls - 1}}}
	}
	e.Watch(func() metrics.Run {
		return metrics.Run{Name: "nightly", Destination: "kard", Version: "v1", Summary: summary()}
	})
	before := uint64(0)
	for range 2 {
		found := byName(<-got)
		h := found["usersync_run_call_duration_seconds"].GetHistogram().GetDataPoints()[0]
		if value(found, "usersync_run_in_progress") != 1 || found["usersync_run_exit_code"] != nil || h.GetCount() <= before || h.GetStartTimeUnixNano() != uint64(began.UnixNano()) ||
			value(found, "usersync_run_retried_calls") != float64(h.GetCount()-1) {
			t.Errorf("%v", found)
		}
		before = h.GetCount()
	}
	ended := make(chan error)
	go func() {
		r := metrics.Run{Name: "nightly", Destination: "kard", Version: "v1", Ended: true, ExitCode: 3, At: time.Now(), Summary: summary()}
		ended <- e.End(t.Context(), r, &r)
	}()
	for last := false; !last; {
		select {
		case m := <-got: // the last one in progress may still be on its way
			if found := byName(m); found["usersync_run_exit_code"] != nil {
				last = value(found, "usersync_run_exit_code") == 3 && value(found, "usersync_run_in_progress") == 0
			}
		case err := <-ended:
			t.Fatalf("it ended without its last metrics: %v", err)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// byName returns the metrics of an export by name.
func byName(m *collectormetrics.ExportMetricsServiceRequest) map[string]*metricspb.Metric {
	found := map[string]*metricspb.Metric{}
	for _, m := range m.GetResourceMetrics()[0].GetScopeMetrics()[0].GetMetrics() {
		found[m.GetName()] = m
	}
	return found
}

func value(found map[string]*metricspb.Metric, name string) float64 {
	if points := found[name].GetGauge().GetDataPoints(); len(points) > 0 {
		return points[0].GetAsDouble()
	}
	return -1
}

// run starts a collector and a run that makes one good and one bad call.
func run(t *testing.T, c http.Handler, variables ...string) (header string, err error) {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", strings.Replace(server.URL, "http://", "http://me:hunter2@", 1))
	for i := 0; i < len(variables); i += 2 {
		t.Setenv(variables[i], variables[i+1])
	}
	if !otlp.Asked(os.LookupEnv) {
		return "", nil
	}
	e, err := otlp.Start(t.Context(), os.LookupEnv, otlp.Job{Name: "nightly", Destination: "kard", Mode: "upsert", Version: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	r := &user.Record{User: user.User{ID: "secret-id"}}
	r.Attempts = 2
	records := []*user.Record{r}
	for _, result := range []string{"ok", "jane_doe"} {
		call := telemetry.Call{Kind: "create", Records: records, Began: time.Now(), Wire: 5 * time.Millisecond, Status: 201, Result: result, RequestID: "secret-request",
			Waits: telemetry.Spent{telemetry.Rate: time.Second}}
		if call.Span = e.Begin("create"); call.Span != nil {
			header = call.Span.Traceparent()
		}
		telemetry.Tee{e}.Called(&call)
	}
	ended := time.Now()
	of := metrics.Run{Name: "nightly", Destination: "kard", Version: "v1", Ended: true, ExitCode: 3, At: ended, Summary: &report.Summary{
		Ending: report.Ending{State: report.Finished}, Counts: report.Counts{RecordsRead: 2, Outcomes: writer.CountOutcomes(map[user.Status]int{user.Created: 1, user.Refused: 1})},
		Times:    report.Times{StartedAt: ended.Add(-time.Minute), FinishedAt: ended},
		Activity: &report.Activity{Latency: map[string]report.Latency{"create": {Calls: 3, Sum: 30, Buckets: []report.Bucket{{UpTo: 4, Calls: 2}, {UpTo: 8, Calls: 1}}}}},
	}}
	return header, e.End(t.Context(), of, &of)
}

func (c *collector) spans(t *testing.T) (all []*tracepb.Span) {
	t.Helper()
	if c.broken != nil {
		t.Fatal(c.broken)
	}
	for _, request := range c.traces {
		for _, r := range request.GetResourceSpans() {
			for _, s := range r.GetScopeSpans() {
				all = append(all, s.GetSpans()...)
			}
		}
	}
	return all
}

// A run is one trace: a span for the run, and one below it for each call.
func TestTrace(t *testing.T) {
	var c collector
	header, err := run(t, &c, "OTEL_EXPORTER_OTLP_COMPRESSION", "gzip", "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
	if err != nil {
		t.Fatal(err)
	}
	spans := c.spans(t)
	if len(spans) != 3 || spans[2].GetName() != "usersync run" || len(spans[2].GetParentSpanId()) != 0 {
		t.Fatalf("%d spans, %v", len(spans), spans)
	}
	for _, s := range spans[:2] {
		if s.GetName() != "create" || string(s.GetParentSpanId()) != string(spans[2].GetSpanId()) || s.GetKind() != tracepb.Span_SPAN_KIND_CLIENT ||
			s.GetEndTimeUnixNano()-s.GetStartTimeUnixNano() > uint64(time.Second) {
			t.Errorf("%v", s)
		}
	}
	if parts := strings.Split(header, "-"); len(parts) != 4 || parts[0] != "00" || len(parts[1]) != 32 || len(parts[2]) != 16 || parts[3] != "01" {
		t.Errorf("traceparent: %s", header)
	}
	text := protojson.Format(c.traces[0])
	for _, want := range []string{"usersync.exit_code", "usersync.waited.rate_seconds", "http.response.status_code", "deployment.environment", `"nightly"`, "usersync.outcomes.refused"} {
		if !strings.Contains(text, want) {
			t.Errorf("the trace does not hold %s", want)
		}
	}
	for _, secret := range []string{"secret", "jane", "hunter2"} {
		if strings.Contains(text, secret) {
			t.Errorf("the trace holds %s", secret)
		}
	}
}

func TestMetrics(t *testing.T) {
	var c collector
	if _, err := run(t, &c); err != nil || len(c.metrics) != 1 {
		t.Fatalf("%v, %d", err, len(c.metrics))
	}
	found := byName(c.metrics[0])
	if got := found["usersync_run_exit_code"].GetGauge().GetDataPoints(); len(got) != 1 || got[0].GetAsDouble() != 3 {
		t.Errorf("%v", got)
	}
	h := found["usersync_run_call_duration_seconds"].GetHistogram().GetDataPoints()
	if len(h) != 1 || h[0].GetCount() != 3 || len(h[0].GetBucketCounts()) != len(h[0].GetExplicitBounds())+1 {
		t.Fatalf("%v", h)
	}
	sum := uint64(0)
	for _, n := range h[0].GetBucketCounts() {
		sum += n
	}
	if sum != 3 || h[0].GetBucketCounts()[0] != 2 {
		t.Errorf("%v", h[0].GetBucketCounts())
	}
}

// Each signal can be turned off, and all of them.
func TestVariables(t *testing.T) {
	for name, want := range map[string][2]int{"OTEL_TRACES_EXPORTER=none": {0, 1}, "OTEL_METRICS_EXPORTER=none": {1, 0}, "OTEL_SDK_DISABLED=true": {0, 0}} {
		t.Run(name, func(t *testing.T) {
			var c collector
			key, value, _ := strings.Cut(name, "=")
			header, err := run(t, &c, key, value)
			if err != nil || len(c.traces) != want[0] || len(c.metrics) != want[1] || (header != "") != (want[0] > 0) {
				t.Errorf("%v: %d traces, %d metrics, traceparent %q", err, len(c.traces), len(c.metrics), header)
			}
		})
	}
}

// A span that is not sampled is not sent, and the API is told so.
func TestSampling(t *testing.T) {
	var c collector
	header, err := run(t, &c, "OTEL_TRACES_SAMPLER", "always_off")
	if err != nil || len(c.traces) != 0 || !strings.HasSuffix(header, "-00") {
		t.Errorf("%v: %d traces, %q", err, len(c.traces), header)
	}
}

// What cannot be sent is an error, without the address, which may hold a password.
func TestACollectorThatRefuses(t *testing.T) {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	_, err := run(t, refuse)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}

// The words of a collector are not shown: it may repeat what it was sent, such as a key.
func TestTheWordsOfACollectorAreNotShown(t *testing.T) {
	partial, err := proto.Marshal(&collectortrace.ExportTraceServiceResponse{PartialSuccess: &collectortrace.ExportTracePartialSuccess{RejectedSpans: 2, ErrorMessage: "key hunter3 (old)"}})
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[int]string{200: "2 spans rejected", 400: "400 Bad Request", 503: "retry-able request failure"} {
		_, err := run(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-protobuf")
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(status)
			if status == 200 {
				w.Write(partial)
			} else {
				io.WriteString(w, "the key hunter3 is not valid")
			}
		}))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// Spans that the SDK leaves out, because the collector is slower than the calls, are an error.
func TestSpansThatAreLeftOut(t *testing.T) {
	calls := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-calls }))
	defer server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", server.URL+"/v1/traces")
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
	t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2")
	e, err := otlp.Start(t.Context(), os.LookupEnv, otlp.Job{Name: "nightly", Destination: "kard", Mode: "upsert", Version: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		e.Called(&telemetry.Call{Kind: "create", Span: e.Begin("create"), Began: time.Now(), Result: "ok"})
	}
	close(calls)
	err = e.End(t.Context(), metrics.Run{Ended: true, At: time.Now()}, nil)
	if err == nil || !strings.Contains(err.Error(), " of 101 spans were left out") {
		t.Error(err)
	}
}

// A run that is not the job itself has a trace and no metrics, and so has one whose end says nothing
// about the job.
func TestMetricsAreThoseOfTheJob(t *testing.T) {
	for _, apart := range []bool{true, false} {
		var c collector
		server := httptest.NewServer(&c)
		defer server.Close()
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
		e, err := otlp.Start(t.Context(), os.LookupEnv, otlp.Job{Name: "nightly", Destination: "kard", Mode: "upsert", Version: "v1", Apart: apart})
		if err != nil {
			t.Fatal(err)
		}
		r, none := metrics.Run{Name: "nightly", Destination: "kard", Ended: true, At: time.Now()}, (*metrics.Run)(nil)
		e.Watch(func() metrics.Run { return r })
		if apart {
			none = &r
		}
		if err := e.End(t.Context(), r, none); err != nil || len(c.metrics) != 0 || len(c.spans(t)) != 1 {
			t.Errorf("apart %v: %v, %d metrics", apart, err, len(c.metrics))
		}
	}
}
