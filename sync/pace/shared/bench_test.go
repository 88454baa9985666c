package shared_test

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkProcesses measures 8 processes of 16 workers that want more than the rate: how
// much of it they get, what the server is asked, and the fullest second.
func BenchmarkProcesses(b *testing.B) {
	url, err := ledgers()
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []string{"postgres", "redis"} {
		for _, rate := range []float64{5, 50, 500} {
			b.Run(fmt.Sprintf("%s/%g", kind, rate), func(b *testing.B) {
				j := job{Ledger: url, Account: b.Name(), Rate: rate, Burst: 1, Workers: 16, Latency: 50 * time.Millisecond}
				if kind == "redis" {
					j.Redis = startRedis(b).address()
				}
				for b.Loop() {
					j.measure(b, 10*time.Second)
				}
			})
		}
	}
}

// measure lets 8 processes call for some time, from a second after the first call.
func (j job) measure(b *testing.B, lasting time.Duration) {
	all := j.fleet(b, 8)
	all.await(b, 1, time.Time{})
	from := all.starts()[0].Add(time.Second)
	<-time.After(time.Until(from.Add(lasting)))
	starts, asked := all.end()
	j.keeps(b, starts)
	var calls int
	for _, at := range starts {
		if !at.Before(from) && at.Before(from.Add(lasting)) {
			calls++
		}
	}
	b.ReportMetric(100*float64(calls)/lasting.Seconds()/j.Rate, "%of-rate")
	b.ReportMetric(float64(asked)/float64(len(starts)), "asked/call")
	b.ReportMetric(float64(asked)/(lasting+2*time.Second).Seconds(), "asked/s")
	b.ReportMetric(float64(most(starts, time.Second-time.Microsecond)), "calls-in-fullest-s")
}

// BenchmarkSwitch measures how long 8 processes make no call when Redis fails.
func BenchmarkSwitch(b *testing.B) {
	url, err := ledgers()
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; b.Loop(); n++ {
		server := startRedis(b)
		j := job{Ledger: url, Redis: server.address(), Account: fmt.Sprint(b.Name(), n), Rate: 500, Burst: 1, Workers: 16, Latency: 50 * time.Millisecond}
		all := j.fleet(b, 8)
		all.await(b, 1000, time.Time{})
		server.kill()
		all.await(b, 1000, time.Now().Add(2*time.Second))
		starts, _ := all.end()
		j.keeps(b, starts)
		var gap time.Duration
		for i := 1; i < len(starts); i++ {
			gap = max(gap, starts[i].Sub(starts[i-1]))
		}
		b.ReportMetric(gap.Seconds(), "s-without-calls")
		b.ReportMetric(float64(most(starts, time.Second-time.Microsecond)), "calls-in-fullest-s")
	}
}
