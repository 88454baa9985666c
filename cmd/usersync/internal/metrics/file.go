package metrics

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// WriteFile writes the metrics of a run to a file that node_exporter's textfile collector
// reads, with the permissions 0644. It replaces the file at once. When a run of the job was
// last a success is taken over from the file that it replaces.
func WriteFile(path string, r Run) error {
	var unread error
	if !r.Succeeded() {
		r.LastSuccess, unread = earlierSuccess(path)
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

// earlierSuccess reads when a run was last a success from an earlier file, which holds the
// metrics of one job.
func earlierSuccess(path string) (at time.Time, err error) {
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
		at = timeOf(m.GetGauge().GetValue())
	}
	return at, nil
}
