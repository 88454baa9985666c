package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"usersync/sync/user"
)

// BenchmarkBatch records a batch of 100 before and after it is sent; ns and bytes
// are per record.
func BenchmarkBatch(b *testing.B) {
	file, err := os.OpenFile(filepath.Join(b.TempDir(), "journal"), os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	j, err := Create(file, header)
	if err != nil {
		b.Fatal(err)
	}
	one := batch(1, 100)
	outcomes, before := settled(one), j.Size()
	b.ReportAllocs()
	for b.Loop() {
		if err := j.Sent(one); err != nil {
			b.Fatal(err)
		}
		if err := j.Settled(outcomes); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(100*b.N), "ns/record")
	b.ReportMetric(float64(j.Size()-before)/float64(100*b.N), "B/record")
}

// BenchmarkRead reads the journal of a million records.
func BenchmarkRead(b *testing.B) {
	d := &disk{}
	j, err := Create(d, header)
	if err != nil {
		b.Fatal(err)
	}
	for first := 1; first < 1_000_000; first += 100 {
		one := batch(first, 100)
		if err := j.Sent(one); err != nil {
			b.Fatal(err)
		}
		if err := j.Settled(settled(one)); err != nil {
			b.Fatal(err)
		}
		if first%20_000 == 1 {
			if err := j.Checkpoint(Checkpoint{Record: first, Outcomes: map[user.Status]int{user.Created: first}}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.SetBytes(int64(d.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(d.Bytes()), int64(d.Len())); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUnsafe records single users, each one synced, from 16 workers at once:
// they share the syncs.
func BenchmarkUnsafe(b *testing.B) {
	file, err := os.OpenFile(filepath.Join(b.TempDir(), "journal"), os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	h := header
	h.Unsafe = []user.Op{user.Create}
	j, err := Create(file, h)
	if err != nil {
		b.Fatal(err)
	}
	one := batch(1, 1)
	outcomes, before := settled(one), j.Size()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := errors.Join(j.Sent(one), j.Settled(outcomes)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(j.Size()-before)/float64(b.N), "B/record")
}
