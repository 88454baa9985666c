package checkpoint

import (
	"context"

	"usersync/sync/ledger"
	"usersync/sync/user"
)

// overwritten are keys of the API that the answer to a create named although another id has
// them, with the id that was to be created. The API has written the record's values into
// the user of the other id, whose fingerprints are then wrong.
type overwritten map[string]string

// add adds the key of such an outcome.
func (w *overwritten) add(s *user.Settled) {
	if s.Code != user.CodeSameUser || s.Action != user.Create || s.HTTP/100 != 2 || s.Remote == "" {
		return
	}
	if *w == nil {
		*w = overwritten{}
	}
	(*w)[s.Remote] = s.ID
}

// entries makes the ledger forget the fingerprints of those users, so that they are sent
// again. Before are the entries that the ledger gets first.
func (w overwritten) entries(ctx context.Context, l *ledger.Ledger, before []ledger.Entry, record int) ([]ledger.Entry, error) {
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
		if w[e.Remote] != "" {
			held[e.Remote] = append(held[e.Remote], e.ID)
		}
	}
	var list []ledger.Entry
	for remote, ids := range held {
		for _, id := range ids {
			if id != w[remote] {
				list = append(list, ledger.Entry{ID: id, Remote: remote, Record: record, State: user.Present, Replace: true, IfHeld: true})
			}
		}
	}
	return list, nil
}
