package checkpoint

import (
	"context"
	"fmt"
	"slices"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Unfinished is a run that did not end for good, and what its journal tells.
type Unfinished struct {
	Run     string
	Journal *journal.Past
	// OtherFeed says that it is a run of another feed: users unknown to the ledger
	// are not this feed's.
	OtherFeed bool
}

// HasNews reports whether it did something after its last checkpoint.
func (u Unfinished) HasNews() bool { return len(u.Journal.Settled)+len(u.Journal.Sent) > 0 }

// ChangedSince says what differs between how the run was begun and a run that
// begins now with the header h; empty if nothing does. Whether its files still
// hold the same is found out when they are read.
func (u Unfinished) ChangedSince(h journal.Header) string {
	was := u.Journal.Header
	switch {
	case was.ConfigSHA256 != h.ConfigSHA256 || was.Mode != h.Mode:
		return "the settings are not those that it was begun with"
	case was.MappingSHA256 != h.MappingSHA256:
		return "the mapping of columns is not the one that it was begun with"
	case was.Plan.Digest() != h.Plan.Digest():
		return "it does not do what a plan says, or what another plan says"
	case !slices.EqualFunc(was.Inputs, h.Inputs, func(a, b journal.Input) bool { return a.SameVersion(b) || a.Path == "-" && b.Path == "-" }):
		return "the input was changed since it was begun"
	}
	return ""
}

// Advance moves to the ledger's checkpoint of the run, which is made before the
// journal's. A nil ledger has none.
func (u Unfinished) Advance(ctx context.Context, l *ledger.Ledger) error {
	if l == nil {
		return nil
	}
	m, found, err := l.LastMark(ctx, u.Run)
	if err != nil || !found {
		return err
	}
	u.Journal.Advance(journal.Mark{
		Record: m.Record, At: m.At, Results: m.Sizes[resultsSize], Rejects: m.Sizes[rejectsSize],
		InputBytes: m.Input, InputSHA256: fmt.Sprintf("%x", m.SHA256),
	})
	return nil
}

// UpdateLedger tells the ledger what the run did after its last checkpoint, and that
// the run by goes on from there. It is for a run that will not be resumed. A nil
// ledger is told nothing.
func (u Unfinished) UpdateLedger(ctx context.Context, l *ledger.Ledger, by string) error {
	if l == nil {
		return nil
	}
	entries, err := u.entries(ctx, l)
	if err != nil {
		return err
	}
	m := ledger.Mark{Run: u.Run, At: u.Journal.Header.Started}
	if len(entries) > 0 {
		m.Record = entries[len(entries)-1].Record
	}
	return l.Runs().Absorb(ctx, m, entries, by)
}

// entries is all that the ledger has to learn, in the order of the records.
// Users keep the keys that the API made for them: what they hold is not known
// any more, but who they are is. A user who is pending, and whose call is not
// settled, stays pending: an update may have ended in a create.
func (u Unfinished) entries(ctx context.Context, l *ledger.Ledger) ([]ledger.Entry, error) {
	settled, unsettled := u.settled(), u.unsettled()
	entries := append(settled, unsettled...)
	ids := make([]string, len(entries))
	for i := range entries {
		ids[i] = entries[i].ID
	}
	known, err := l.Look(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range known {
		if entries[i].Remote == "" {
			entries[i].Remote = known[i].Remote
		}
		if i >= len(settled) && known[i].Standing == user.Pending {
			entries[i].Standing = user.Pending
		}
	}
	if u.OtherFeed {
		entries = onlyKnown(entries, known)
	}
	slices.SortStableFunc(entries, func(a, b ledger.Entry) int { return a.Record - b.Record })
	return entries, nil
}

// onlyKnown keeps the entries of users that are known.
func onlyKnown(entries []ledger.Entry, known []user.Known) []ledger.Entry {
	var some []ledger.Entry
	for i, k := range known {
		if k.Standing != user.Absent {
			some = append(some, entries[i])
		}
	}
	return some
}

// settled is what the outcomes tell. What the records held is not known any
// more, so that users lose their fingerprints and are sent again.
func (u Unfinished) settled() []ledger.Entry {
	unsafe := slices.Contains(u.Journal.Header.Unsafe, user.Create)
	var entries []ledger.Entry
	for _, o := range u.Journal.Settled {
		standing, changes := standingAfter(&o)
		if unsafe && o.Action == user.Create && (o.Status == user.Refused || o.Status == user.Failed) {
			standing, changes = user.Absent, true // it was noted as pending
		}
		if unsafe && o.Action == "" && o.Status == user.InDoubt {
			standing, changes = user.Pending, true // and not sent again for that
		}
		if changes {
			entries = append(entries, ledger.Entry{ID: o.ID, Remote: o.Remote, Record: o.Record, Standing: standing, Anew: true})
		}
	}
	return entries
}

// unsettled is what the calls without an outcome leave: nothing is certain about
// their users.
func (u Unfinished) unsettled() []ledger.Entry {
	var entries []ledger.Entry
	for _, s := range u.Journal.Sent {
		standing := user.Held // perhaps changed, and it is not known to what
		if s.Op == user.Create {
			standing = user.Pending
		}
		entries = append(entries, ledger.Entry{ID: s.ID, Record: s.Record, Standing: standing, Anew: true})
	}
	return entries
}

// standingAfter is what an outcome says about a user; false if that is nothing
// new.
func standingAfter(o *user.Settled) (user.Standing, bool) {
	switch o.Status {
	case user.Created, user.Updated:
		return user.Held, true
	case user.Accepted:
		return user.Taken, true
	case user.Deleted:
		return user.Absent, true
	case user.Refused:
		return user.Absent, o.Code == user.CodeMissing
	case user.InDoubt:
		if o.Action == user.Create {
			return user.Pending, true
		}
		return user.Held, o.Action != ""
	}
	return user.Absent, false
}
