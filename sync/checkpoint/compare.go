package checkpoint

import (
	"errors"
	"iter"

	"usersync/sync/user"
)

// NoHashesError says that a journal does not tell which rows were sent: an earlier
// version of usersync wrote it, or a person was erased from it.
type NoHashesError struct{}

// Error says so.
func (NoHashesError) Error() string {
	return "its journal does not tell whether the input still has the rows that were sent"
}

// Compare reads on to the last record that was sent or settled, and compares the
// records with those of the journal: their ids, and hashes of all that their rows say.
// It returns all of records again. Nothing may be truncated or sent before.
//
// A difference, or an input that ends before, is an *InputChangedError; an error of
// records is part of it. If the journal does not know what it has to, it is a
// NoHashesError. With mayEnd, deletions that no row asks for may come after the last
// row; they are not compared.
func (u Unfinished) Compare(records iter.Seq2[*user.Record, error], hash func(*user.Record) uint64, mayEnd bool) (iter.Seq2[*user.Record, error], error) {
	ids, last, deletes := u.sentIDs()
	for record := range ids {
		if u.Journal.Hashes[record] == 0 && !(mayEnd && deletes[record]) {
			return nil, NoHashesError{}
		}
	}
	read, err := u.compareTo(last, records, func(r *user.Record) bool {
		id, sent := ids[r.Origin.Record]
		delete(ids, r.Origin.Record)
		return !sent || id == r.User.ID && u.Journal.Hashes[r.Origin.Record] == hash(r)
	})
	if err != nil {
		return nil, err
	}
	for record := range ids {
		if !mayEnd || !deletes[record] {
			return nil, &InputChangedError{record}
		}
	}
	return func(yield func(*user.Record, error) bool) {
		for i, r := range read {
			if read[i] = nil; !yield(r, nil) {
				return
			}
		}
		records(yield)
	}, nil
}

// compareTo reads the records up to last, if there are so many, and returns them.
func (u Unfinished) compareTo(last int, records iter.Seq2[*user.Record, error], same func(*user.Record) bool) (read []*user.Record, err error) {
	if last == 0 {
		return nil, nil
	}
	for r, err := range records {
		if err != nil {
			return nil, errors.Join(err, &InputChangedError{last})
		}
		if read = append(read, r); !same(r) {
			return nil, &InputChangedError{r.Origin.Record}
		}
		if r.Origin.Record >= last {
			break
		}
	}
	return read, nil
}

// sentIDs are the ids of all records after the checkpoint that were sent or settled, by
// record, the last of them, and those that were deleted.
func (u Unfinished) sentIDs() (ids map[int]string, last int, deletes map[int]bool) {
	ids, deletes = map[int]string{}, map[int]bool{}
	add := func(record int, id string, op user.Op) {
		ids[record], deletes[record] = id, op == user.Delete
		last = max(last, record)
	}
	for i := range u.Journal.Sent {
		s := &u.Journal.Sent[i]
		add(s.Record, s.ID, s.Op)
	}
	for i := range u.Journal.Settled {
		s := &u.Journal.Settled[i]
		add(s.Record, s.ID, s.Action)
	}
	return ids, last, deletes
}
