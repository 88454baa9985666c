package shards

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/ledger"
	"usersync/sync/pseudonym"
	"usersync/sync/user"
	"usersync/writer"
)

// results are the results of a shard, in the order of the input.
type results struct {
	next func() (writer.Result, error, bool)
	stop func()
	held *writer.Result       // read, and not taken yet
	late map[int]user.Settled // what only the journal of a shard that is not done says
	last int                  // the last record of these
}

// open opens what a shard of the run has stored.
func open(ctx context.Context, from ledger.Shards, run string, index int, ids pseudonym.Key) (*results, error) {
	file, err := from.File(ctx, run, index, history.StoredResults)
	if err != nil {
		return nil, err
	}
	all := writer.ReadResults(file, fmt.Sprintf("the results of shard %d", index), writer.FormatJSONL)
	next, stop := iter.Pull2(writer.Restored(all, ids))
	return &results{next: next, stop: stop}, nil
}

// take returns the result of a record, if there is one.
func (s *results) take(record int) (result user.Settled, found bool, err error) {
	if s.held == nil {
		r, err, more := s.next()
		if _, cut := errors.AsType[*writer.LineError](err); cut && s.late != nil {
			err, more = nil, false // it was stored in pieces
		}
		if err != nil {
			return result, false, err
		}
		if more {
			s.held = &r
		}
	}
	if s.held != nil && s.held.Record == record {
		result, s.held = s.held.Settled, nil
		return result, true, nil
	}
	result, found = s.late[record]
	return result, found, nil
}
