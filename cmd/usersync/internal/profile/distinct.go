package profile

import "math"

// Exact is how many different cells of a column are counted exactly, in a file of at most 32
// columns. Beyond it the number is an estimate from a sample of their hashes, with an error
// of about 1 percent.
const Exact = 16_384

// mostHashes is how many hashes are kept of all columns together: a file with more columns
// has fewer for each.
const mostHashes = 1 << 20

// ExactAmong is how many different cells are counted exactly in a file of so many columns.
func ExactAmong(columns int) int { return max(64, min(Exact, mostHashes/(2*max(1, columns)))) }

// distinct counts different hashes. It keeps those up to a limit, and halves the limit when
// there are too many of them: what it keeps is then that share of all.
type distinct struct {
	kept  map[uint64]struct{}
	limit uint64
	most  int // hashes that are kept
}

func newDistinct(most int) distinct {
	return distinct{map[uint64]struct{}{}, math.MaxUint64, most}
}

func (d *distinct) add(hash uint64) {
	if hash > d.limit {
		return
	}
	d.kept[hash] = struct{}{}
	for len(d.kept) > d.most {
		d.limit /= 2
		for h := range d.kept {
			if h > d.limit {
				delete(d.kept, h)
			}
		}
	}
}

func (d *distinct) count() (n int, exact bool) {
	if d.limit == math.MaxUint64 {
		return len(d.kept), true
	}
	return int(float64(len(d.kept)) / (float64(d.limit) / math.MaxUint64)), false
}
