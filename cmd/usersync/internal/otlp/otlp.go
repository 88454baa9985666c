// Package otlp sends the trace and the metrics of a run to an OpenTelemetry collector,
// over HTTP, by the standard variables OTEL_*.
//
// It is built only with the tag otlp, because the SDK is large; without the tag Start says
// so. Nothing of it holds an id, a value, or a word of an API. Start at Start.
package otlp

import (
	"errors"
	"strings"
)

// Job is what runs.
type Job struct {
	Name, Destination, Mode, Version string
	// Apart says that the run is not the job itself, such as a retry of its rejects. It has no metrics.
	Apart bool
}

// Lookup returns an environment variable, as os.LookupEnv does.
type Lookup func(name string) (value string, ok bool)

// ErrAbsent says that this program cannot send anything.
var ErrAbsent = errors.New("the variables OTEL_* ask for OpenTelemetry, and this program was built without it: build it with -tags otlp")

// Asked reports whether the variables name a collector.
func Asked(lookup Lookup) bool {
	if disabled, _ := lookup("OTEL_SDK_DISABLED"); strings.EqualFold(disabled, "true") {
		return false
	}
	return tracesAsked(lookup) || metricsAsked(lookup)
}

func tracesAsked(lookup Lookup) bool  { return wanted(lookup, "TRACES") }
func metricsAsked(lookup Lookup) bool { return wanted(lookup, "METRICS") }

func wanted(lookup Lookup, signal string) bool {
	if exporter, _ := lookup("OTEL_" + signal + "_EXPORTER"); exporter == "none" {
		return false
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_" + signal + "_ENDPOINT"} {
		if endpoint, _ := lookup(name); endpoint != "" {
			return true
		}
	}
	return false
}
