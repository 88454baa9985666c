package proof

import "testing"

// BenchmarkRun is the whole road: from a CSV file, through the sandbox in
// another process on this machine, to the results. One operation is one user.
func BenchmarkRun(b *testing.B) {
	for _, format := range []string{"csv", "jsonl"} {
		b.Run("results-"+format, func(b *testing.B) {
			records := max(b.N, 1000)
			api := rehearse(b)
			config, file := api.config(b), write(b, records, fit)
			b.ResetTimer()
			o := run(b, "--config", config, "--results-format", format, file)
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
