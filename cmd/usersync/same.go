package main

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// differs says what is not as it was when the run was begun; empty if all is.
// That its files still hold the same is seen when they are read.
func (e earlier) differs(h journal.Header) string {
	p := e.past.Header
	switch {
	case p.ConfigSHA256 != h.ConfigSHA256 || p.Mode != h.Mode:
		return "the settings are not those that it was begun with"
	case p.MappingSHA256 != h.MappingSHA256:
		return "the mapping of columns is not the one that it was begun with"
	case p.Plan.Digest() != h.Plan.Digest():
		return "it does not do what a plan says, or what another plan says"
	case !slices.EqualFunc(p.Inputs, h.Inputs, func(a, b journal.Input) bool { return a.SameVersion(b) || a.Path == "-" && b.Path == "-" }):
		return "the input was changed since it was begun"
	}
	return ""
}

// fromStdin reports whether a part of the input came from standard input, of
// which nobody but a person knows that the same comes again.
func (e earlier) fromStdin() bool { return e.past.Header.ReadsStdin() }

// otherInputError says that the input is not the one that a run was begun with.
type otherInputError struct{ record int }

func (e *otherInputError) Error() string {
	return fmt.Sprintf("the input is not the one that the run was begun with, as record %d and those before it show", e.record)
}

// otherDeletionError says that a mirror finds others to delete than those of whom
// it has deleted some already.
type otherDeletionError struct{ record int }

func (e *otherDeletionError) Error() string {
	return fmt.Sprintf("the ledger was changed since the run began to delete: record %d would delete another user than it did", e.record)
}

// skip reads the records that are written already into the keeper's hash, and
// returns the others. Records other than those that the run was begun with are
// an otherInputError; nothing was sent then. Where the mark may lie among the
// deletions behind the input, the input may end before it.
func skip(records reader.Records, k *keeper, mark journal.Mark, mayEnd bool) (reader.Records, func(), error) {
	next, stop := iter.Pull2(iter.Seq2[*user.Record, error](records))
	for k.last < mark.Record {
		r, err, more := next()
		if err == nil && !more && mayEnd {
			break
		}
		if err != nil || !more {
			stop()
			return nil, nil, errors.Join(err, &otherInputError{mark.Record})
		}
		k.add(r)
		k.last = r.Origin.Record
	}
	if k.sum() != mark.InputSHA256 && mark.Record > 0 {
		stop()
		return nil, nil, &otherInputError{mark.Record}
	}
	rest := func(yield func(*user.Record, error) bool) {
		for r, err, more := next(); more && yield(r, err); r, err, more = next() {
		}
	}
	return rest, stop, nil
}
