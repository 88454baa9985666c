package writer

import (
	"io"
	"testing"
	"time"

	"usersync/sync/user"
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

// BenchmarkVerify checks a run of 100,000 records, its journal among them.
func BenchmarkVerify(b *testing.B) {
	const records = 100_000
	l := &leftovers{format: FormatCSV, resultsName: "results.csv"}
	l.rejects = "_usersync_outcome,_usersync_code,_usersync_detail,_usersync_run,_usersync_record,_usersync_line,_usersync_raw,id\n"
	var outcomes []user.Outcome
	for n := range records {
		o := example
		o.Record = &user.Record{Origin: user.Origin{Record: n + 1, File: "users.csv", Line: n + 2}, User: user.User{ID: "CUST-0001234567"}}
		outcomes = append(outcomes, o)
		l.notes = append(l.notes, Note{Settled: readBack(o, asIs)})
	}
	l.results = string(resultsOf(b, FormatCSV, outcomes))
	l.journal = &JournalFacts{State: Stopped, Mark: MarkFacts{Record: records, Results: int64(len(l.results)), Rejects: int64(len(l.rejects))}}
	b.ReportAllocs()
	for b.Loop() {
		if v := l.verify(); v.Records != records || len(v.Findings) > 0 {
			b.Fatal(v)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records*b.N), "ns/record")
}
