package page_test

import (
	"io"
	"testing"

	"usersync/writer/page"
)

// BenchmarkReport is what a run pays for its report, however many records it has.
func BenchmarkReport(b *testing.B) {
	s, before := bad(), earlier(30)
	b.ReportAllocs()
	for b.Loop() {
		if err := page.Write(io.Discard, s, before); err != nil {
			b.Fatal(err)
		}
	}
}
