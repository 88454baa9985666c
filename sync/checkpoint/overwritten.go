package checkpoint

import (
	"context"
	"iter"

	"usersync/sync/ledger"
	"usersync/sync/user"
)

// overwritten are keys of the API that the answer to a call named although another id has
// them. The API has perhaps written the record's values into the user of the other id, whose
// fingerprints are then wrong.
type overwritten map[string]overwriting

// overwriting is the last record whose call was answered with the key, and its id.
type overwriting struct {
	id     string
	record int
}

// add adds the key of such an outcome. Taken says that a call for the record was perhaps taken: a
// read alone, which may have led to the key too, changes no one.
func (w *overwritten) add(s *user.Settled, taken bool) {
	answered := s.HTTP/100 == 2
	switch s.Action {
	case user.Create: // one that was not taken as it was sent changes no other user
		taken = answered
	case "": // a create of an earlier start may have led to the user that a read shows
		taken = taken && answered
	}
	if s.Code != user.CodeSameUser || s.Remote == "" || !taken {
		return
	}
	if *w == nil {
		*w = overwritten{}
	}
	(*w)[s.Remote] = overwriting{s.ID, s.Record}
}

// after returns the keys that a record after the given one has met; nil if there are none.
func (w overwritten) after(record int) overwritten {
	var late overwritten
	for remote, by := range w {
		if by.record <= record {
			continue
		}
		if late == nil {
			late = overwritten{}
		}
		late[remote] = by
	}
	return late
}

// Recall notes what earlier parts of the run have written: the own row of a user that one of their
// calls has changed may be settled, and follow now. The outcomes do not say whether a call that
// was answered was only a read. Call it before the first outcome; the error is that of written.
func (c *Checkpointer) Recall(written iter.Seq2[user.Settled, error]) error {
	if c.options.Ledger == nil || c.outcomes[user.Refused]+c.outcomes[user.InDoubt] == 0 {
		return nil
	}
	for s, err := range written {
		if err != nil {
			return err
		}
		if s.Record > c.Last()-maxRecords {
			c.overwritten.add(&s, s.HTTP != 0)
		}
	}
	return nil
}

// entries makes the ledger forget the fingerprints of those users, so that they are sent
// again. Before are the entries that the ledger gets first.
func (w overwritten) entries(ctx context.Context, l *ledger.Ledger, before []ledger.Entry) ([]ledger.Entry, error) {
	if len(w) == 0 {
		return nil, nil
	}
	var remotes []string
	for remote := range w {
		remotes = append(remotes, remote)
	}
	held, err := l.Identities().HoldersOf(ctx, remotes)
	if err != nil {
		return nil, err
	}
	for _, e := range before {
		if _, changed := w[e.Remote]; changed {
			held[e.Remote] = append(held[e.Remote], e.ID)
		}
	}
	var list []ledger.Entry
	for remote, ids := range held {
		for _, id := range ids {
			if id != w[remote].id {
				list = append(list, ledger.Entry{ID: id, Remote: remote, Overwritten: true})
			}
		}
	}
	return list, nil
}
