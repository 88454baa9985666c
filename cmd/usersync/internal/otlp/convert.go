//go:build otlp

package otlp

import (
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// converted are the metrics as OpenTelemetry knows them, with the same names.
func converted(families []*dto.MetricFamily, began, at time.Time) (all []metricdata.Metrics) {
	for _, f := range families {
		m := metricdata.Metrics{Name: f.GetName(), Description: f.GetHelp()}
		if f.GetType() == dto.MetricType_HISTOGRAM {
			m.Data = metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality, DataPoints: histograms(f, began, at)}
		} else {
			m.Data = metricdata.Gauge[float64]{DataPoints: gauges(f, at)}
		}
		all = append(all, m)
	}
	return all
}

func gauges(f *dto.MetricFamily, at time.Time) (points []metricdata.DataPoint[float64]) {
	for _, m := range f.GetMetric() {
		points = append(points, metricdata.DataPoint[float64]{Attributes: attributes(m), Time: at, Value: m.GetGauge().GetValue()})
	}
	return points
}

// histograms takes the difference from bucket to bucket: Prometheus adds them up.
func histograms(f *dto.MetricFamily, began, at time.Time) (points []metricdata.HistogramDataPoint[float64]) {
	for _, m := range f.GetMetric() {
		h := m.GetHistogram()
		p := metricdata.HistogramDataPoint[float64]{Attributes: attributes(m), StartTime: began, Time: at, Count: h.GetSampleCount(), Sum: h.GetSampleSum()}
		before := uint64(0)
		for _, b := range h.GetBucket() {
			if math.IsInf(b.GetUpperBound(), 1) {
				continue
			}
			p.Bounds = append(p.Bounds, b.GetUpperBound())
			p.BucketCounts = append(p.BucketCounts, b.GetCumulativeCount()-before)
			before = b.GetCumulativeCount()
		}
		p.BucketCounts = append(p.BucketCounts, h.GetSampleCount()-before)
		points = append(points, p)
	}
	return points
}

func attributes(m *dto.Metric) attribute.Set {
	var all []attribute.KeyValue
	for _, l := range m.GetLabel() {
		all = append(all, attribute.String(l.GetName(), l.GetValue()))
	}
	return attribute.NewSet(all...)
}
