// Package metrics shows a run as Prometheus metrics: in a text file, at a Pushgateway, and
// while it lasts at an address of its own. No label holds an id or a value of a user.
//
// All metrics are gauges of one run, the last one or the one in progress, because a batch
// job begins with new counts each time. Start at Run and collector.
package metrics

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"usersync/cmd/usersync/internal/exit"
	"usersync/writer/report"
)

// Run is what is known of a run.
type Run struct {
	Name        string // of the job; a label
	Destination string // a label
	Version     string // of the program
	// Summary is what it has done, so far or as a whole; nil if it has done nothing.
	Summary *report.Summary
	Ended   bool
	// ExitCode and At say how and when it ended.
	ExitCode int
	At       time.Time
	// LastSuccess is when a run of this job was last a success, this one aside; zero if
	// that is not known.
	LastSuccess time.Time
}

// Succeeded reports whether the run ended with exit code 0.
func (r *Run) Succeeded() bool { return r.Ended && r.ExitCode == exit.OK }

const namespace = "usersync_"

// lastSuccess is kept from one run to the next.
const lastSuccess = namespace + "last_success_timestamp_seconds"

// collector turns a run into metrics each time it is asked.
type collector struct{ run func() Run }

// Describe describes nothing: which metrics there are depends on the run.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect sends the metrics of the run at this moment.
func (c collector) Collect(to chan<- prometheus.Metric) {
	run := c.run()
	o := output{to, prometheus.Labels{"name": run.Name, "destination": run.Destination}}
	o.run(&run)
	if run.Summary != nil {
		o.summary(run.Summary)
	}
}

// output sends metrics with the labels that all of them have.
type output struct {
	to     chan<- prometheus.Metric
	labels prometheus.Labels
}

func (o output) gauge(name, help string, value float64) { o.vector(name, help, "", "", value) }

// vector sends a metric with a further label, or two, as in "kind,result".
func (o output) vector(name, help, labels, values string, value float64) {
	o.to <- prometheus.MustNewConstMetric(o.describe(name, help, labels), prometheus.GaugeValue, value, split(values)...)
}

func (o output) describe(name, help, labels string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+name, help, split(labels), o.labels)
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func (o output) time(name, help string, at time.Time) {
	if !at.IsZero() {
		o.gauge(name, help, float64(at.UnixMilli())/1000)
	}
}
