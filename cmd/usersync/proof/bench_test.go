package proof

import (
	"fmt"
	"testing"
	"time"
)

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

// BenchmarkPace measures how much longer a run takes than its rate makes it, with one user a
// call and the number of workers that the program finds.
func BenchmarkPace(b *testing.B) {
	for _, rate := range []int{5, 50, 500} {
		for _, latency := range []time.Duration{5 * time.Millisecond, 50 * time.Millisecond, 500 * time.Millisecond} {
			b.Run(fmt.Sprintf("%d-a-second-at-%s", rate, latency), func(b *testing.B) {
				records := max(b.N, 40*rate)
				api := startSandbox(b, "--latency", latency.String())
				o := run(b, "--ledger", "none", "--config", api.config(b), "--batch-size", "1", "--rate", fmt.Sprintf("%d/s", rate), write(b, records, validRow))
				o.wantExit(b, 0)
				ideal := time.Duration(records-1)*time.Second/time.Duration(rate) + latency
				b.ReportMetric(100*(o.wall.Seconds()/ideal.Seconds()-1), "%-over-ideal")
			})
		}
	}
}
