package proof

import "testing"

// BenchmarkRun measures the whole path: from a CSV file, through the sandbox in another
// process on this machine, to the results. One operation is one user.
func BenchmarkRun(b *testing.B) {
	for name, flags := range map[string][]string{
		"results-csv":   {"--ledger", "none"},
		"results-jsonl": {"--ledger", "none", "--results-format", "jsonl"},
		"with-ledger":   {},
	} {
		b.Run(name, func(b *testing.B) {
			records := max(b.N, 1000)
			api := startSandbox(b)
			config, file := api.config(b), write(b, records, validRow)
			b.ResetTimer()
			o := run(b, append(flags, "--config", config, file)...)
			b.StopTimer()
			o.wantExit(b, 0)
			if held := api.state(b).Users; held != uint64(records) {
				b.Fatalf("%d users are held, want %d", held, records)
			}
			b.ReportMetric(float64(records)/o.wall.Seconds(), "users/s")
			b.ReportMetric(o.cpu.Seconds()/float64(records)*1e6, "CPU-s/million")
			b.ReportMetric(float64(o.peak)/(1<<20), "peak-MiB")
		})
	}
}
