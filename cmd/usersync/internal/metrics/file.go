package metrics

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// WriteFile writes the metrics of a run to a file that node_exporter's textfile collector
// reads, with the permissions 0644. It replaces the file at once. When a run of the job was
// last a success is taken over from the file that it replaces.
func WriteFile(path string, r Run) error {
	var unread error
	if !r.Succeeded() {
		r.LastSuccess, unread = earlierSuccess(path, &r)
	}
	if err := prometheus.WriteToTextfile(path, registry(r)); err != nil {
		return errors.Join(unread, fmt.Errorf("write metrics to %s: %w", path, err))
	}
	return unread
}

func registry(r Run) *prometheus.Registry {
	all := prometheus.NewRegistry()
	all.MustRegister(collector{func() Run { return r }})
	return all
}

// earlierSuccess reads when a run of this job was last a success from an earlier file. If that
// is another job's, its success says nothing about this one.
func earlierSuccess(path string, r *Run) (at time.Time, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return at, nil
	}
	if err != nil {
		return at, fmt.Errorf("read the earlier metrics: %w", err)
	}
	defer file.Close() // it was only read
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		return at, fmt.Errorf("read the earlier metrics in %s: %w", path, err)
	}
	for _, m := range families[lastSuccess].GetMetric() {
		if isOf(m, r) {
			at = timeOf(m.GetGauge().GetValue())
		}
	}
	return at, nil
}

// isOf reports whether a metric has the labels of the run's job.
func isOf(m *dto.Metric, r *Run) bool {
	for _, l := range m.GetLabel() {
		if l.GetName() == "name" && l.GetValue() != r.Name || l.GetName() == "destination" && l.GetValue() != r.Destination {
			return false
		}
	}
	return true
}
