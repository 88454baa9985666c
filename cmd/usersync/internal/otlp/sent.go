//go:build otlp

package otlp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// sent knows which spans were sent: the first error of those that could not be, and how many the SDK
// has not even tried, because its queue was full. It says neither by itself.
type sent struct {
	mu           sync.Mutex
	first        error
	ended, tried int
}

// end counts a span that is to be sent.
func (s *sent) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended++
}

func (s *sent) try(spans int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tried += spans; s.first == nil {
		s.first = err
	}
}

func (s *sent) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if left := s.ended - s.tried; s.first == nil && left > 0 {
		return fmt.Errorf("%d of %d spans were left out; if calls end faster than the collector takes them, see OTEL_BSP_MAX_QUEUE_SIZE and OTEL_TRACES_SAMPLER", left, s.ended)
	}
	return s.first
}

// quiet is an exporter whose errors are kept: the SDK would print them.
type quiet struct {
	sdktrace.SpanExporter
	sent *sent
}

// ExportSpans sends spans, and keeps an error.
func (q *quiet) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	q.sent.try(len(spans), q.SpanExporter.ExportSpans(ctx, spans))
	return nil
}

// bare is an error without the address of a call, which may hold a password, and without the words
// of a server, which may repeat what it was sent.
func bare(err error) error {
	if err = withoutAddress(err); err == nil {
		return nil
	}
	text := err.Error()
	for _, begin := range []string{"body: ", "partial success: "} {
		if before, after, found := strings.Cut(text, begin); found {
			return errors.New(strings.TrimRight(before, " (:") + rejected(after, begin))
		}
	}
	return err
}

// rejected is how many spans or metrics a collector has not taken, in the words of the SDK, which come last.
func rejected(after, begin string) string {
	at := strings.LastIndexByte(after, '(')
	if begin == "body: " || at < 0 || !strings.HasSuffix(after, " rejected)") {
		return ""
	}
	return ": " + strings.TrimSuffix(after[at+1:], ")")
}
