package writer

import (
	"io"
	"testing"
	"time"
)

func BenchmarkCSV(b *testing.B) {
	w, err := NewCSV(io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, w)
}

func BenchmarkJSONL(b *testing.B) { benchmark(b, NewJSONL(io.Discard)) }

func benchmark(b *testing.B, w Writer) {
	b.ReportAllocs()
	o := example
	for i := 0; b.Loop(); i++ {
		if i%100 == 0 { // a batch settles at once, 1000 of them in a second
			o.At = o.At.Add(time.Millisecond)
		}
		if err := w.Write(o); err != nil {
			b.Fatal(err)
		}
	}
}
