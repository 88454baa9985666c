package telemetry

import (
	"math/bits"
	"time"
)

// The buckets of a histogram: four to each doubling, from 64 microseconds to half an hour.
const (
	smallest = 6 // as a power of two, in microseconds
	octaves  = 25
	buckets  = 4 * octaves
)

// Histogram counts durations in fixed buckets, each a quarter of a doubling wide, so that a
// quantile is at most a quarter too high. The zero value is ready to use. It is for one
// goroutine.
type Histogram struct {
	counts [buckets]int
	count  int
	sum    time.Duration
	most   time.Duration
}

// Add counts d.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.counts[bucketOf(d)]++
	h.count++
	h.sum += d
	h.most = max(h.most, d)
}

// Count returns how many durations were added.
func (h *Histogram) Count() int { return h.count }

// Sum returns the sum of all durations.
func (h *Histogram) Sum() time.Duration { return h.sum }

// Max returns the longest duration.
func (h *Histogram) Max() time.Duration { return h.most }

// Quantile returns a duration that the share q of all durations, such as 0.99, does not
// exceed: the upper bound of a bucket, or Max if that is lower. It is 0 if none was added.
func (h *Histogram) Quantile(q float64) time.Duration {
	seen := 0
	for i, n := range h.counts {
		if seen += n; n > 0 && float64(seen) >= q*float64(h.count) {
			return min(upperBound(i), h.most)
		}
	}
	return h.most
}

// Bucket is a part of a histogram.
type Bucket struct {
	UpTo  time.Duration // not included; 0 in the last bucket, which has no bound
	Count int
}

// Buckets returns the buckets that are not empty, in order.
func (h *Histogram) Buckets() (all []Bucket) {
	for i, n := range h.counts {
		if n == 0 {
			continue
		}
		b := Bucket{UpTo: upperBound(i), Count: n}
		if i == buckets-1 {
			b.UpTo = 0
		}
		all = append(all, b)
	}
	return all
}

// bucketOf returns the bucket of d: its highest bit, and the two bits after that.
func bucketOf(d time.Duration) int {
	us := uint64(d / time.Microsecond)
	octave := bits.Len64(us) - 1 - smallest
	switch {
	case octave < 0:
		return 0
	case octave >= octaves:
		return buckets - 1
	}
	return 4*octave + int(us>>(octave+smallest-2)&3)
}

// upperBound returns the least duration that is above bucket i.
func upperBound(i int) time.Duration {
	octave, quarter := i/4, i%4
	return time.Duration(uint64(5+quarter)<<(octave+smallest-2)) * time.Microsecond
}
