package run

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"sync/atomic"

	"usersync/sync/destination"
	"usersync/sync/user"
	"usersync/writer/progress"
)

// way counts the records on their way. It is safe for concurrent use.
type way struct {
	read     atomic.Int64 // from the input
	ended    atomic.Bool  // the whole input was read
	retrying atomic.Int64 // they wait for another attempt
}

// batches counts batches on their way to the engine.
func (w *way) batches(ctx context.Context, all iter.Seq2[[]*user.Record, error]) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		for batch, err := range all {
			w.read.Add(int64(len(batch)))
			if !yield(batch, err) || err != nil {
				return
			}
		}
		w.ended.Store(ctx.Err() == nil)
	}
}

// throttled counts the answers that said there were too many requests.
func throttled(calls destination.CallCounts) int {
	n := 0
	for _, results := range calls {
		n += results["http_"+strconv.Itoa(http.StatusTooManyRequests)]
	}
	return n
}

// extent says how many records there are: as the plan, the expectation or the rejects to send
// tell, or the input itself once it was read; until then by its bytes. A mirror knows its deletions
// only at the end. written records are of an earlier part of the run.
func (w *way) extent(b *base, written int) progress.Extent {
	x := progress.Extent{Read: written + int(w.read.Load())}
	expected := b.Config.Proof.Read
	switch s := b.options.Retried.Selection; {
	case w.ended.Load():
		x.Total = x.Read
	case b.options.Plan != nil:
		x.Total = b.options.Plan.Records()
	case expected != nil && expected.Records > 0:
		x.Total = expected.Records
	case s != nil && (len(s.Groups) > 0 || s.Settled > 0):
		x.Total = s.Send
	}
	if done, size := b.Input.Extent(); size > 0 {
		x.Share = float64(done) / float64(size)
	}
	return x
}
