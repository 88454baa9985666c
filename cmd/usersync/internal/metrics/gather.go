//go:build otlp

package metrics

import dto "github.com/prometheus/client_model/go"

// Gather returns the metrics of a run as data.
func Gather(r Run) ([]*dto.MetricFamily, error) { return registry(r).Gather() }
