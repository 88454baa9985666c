package verify

import (
	"testing"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// BenchmarkVerify checks a run of 100,000 records, including its journal.
func BenchmarkVerify(b *testing.B) {
	const records = 100_000
	l := &leftovers{format: writer.FormatCSV, resultsName: "results.csv"}
	l.rejects = "_usersync_outcome,_usersync_code,_usersync_detail,_usersync_run,_usersync_record,_usersync_line,_usersync_raw,id\n"
	var outcomes []user.Outcome
	for n := range records {
		o := example
		o.Record = &user.Record{Origin: user.Origin{Record: n + 1, File: "users.csv", Line: n + 2}, User: user.User{ID: "CUST-0001234567"}}
		outcomes = append(outcomes, o)
		l.notes = append(l.notes, Note{Settled: settled(o)})
	}
	l.results = resultsOf(b, writer.FormatCSV, outcomes)
	l.journal = &Journal{State: report.Stopped, Checkpoint: Checkpoint{Record: records, Results: int64(len(l.results)), Rejects: int64(len(l.rejects))}}
	b.ReportAllocs()
	for b.Loop() {
		if v := l.verify(); v.Records != records || len(v.Findings) > 0 {
			b.Fatal(v)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records*b.N), "ns/record")
}
