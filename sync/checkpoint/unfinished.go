package checkpoint

import (
	"context"
	"fmt"
	"slices"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Unfinished is a run that did not end properly, and its journal.
type Unfinished struct {
	Run     string
	Journal *journal.History
}

// HasUncheckpointed reports whether the run did something after its last checkpoint.
func (u Unfinished) HasUncheckpointed() bool { return len(u.Journal.Settled)+len(u.Journal.Sent) > 0 }

// ChangedSince says what has changed since the run began, compared with a run that begins
// now with the header h; empty if nothing has. The content of its files is compared when
// they are read.
func (u Unfinished) ChangedSince(h journal.Header) string {
	was := u.Journal.Header
	switch {
	case was.ConfigSHA256 != h.ConfigSHA256 || was.Mode != h.Mode:
		return "the settings have changed since it began"
	case was.MappingSHA256 != h.MappingSHA256:
		return "the mapping of columns has changed since it began"
	case !was.Retry.Same(h.Retry):
		return "it leaves out other rejects of its input"
	case was.Plan.Digest() != h.Plan.Digest():
		return "it applies no plan, or a different one"
	case !slices.EqualFunc(was.Inputs, h.Inputs, func(a, b journal.Input) bool { return a.SameVersion(b) || a.Path == "-" && b.Path == "-" }):
		return "the input has changed since it began"
	}
	return ""
}

// Advance moves to the ledger's checkpoint of the run, which is made before the journal's.
// It does nothing if l is nil.
func (u Unfinished) Advance(ctx context.Context, l *ledger.Ledger) error {
	if l == nil {
		return nil
	}
	m, found, err := l.LastCheckpoint(ctx, u.Run)
	if err != nil || !found {
		return err
	}
	u.Journal.Advance(journal.Checkpoint{
		Record: m.Record, At: m.At, Results: m.Sizes[resultsSize], Rejects: m.Sizes[rejectsSize],
		InputBytes: m.Input, InputSHA256: fmt.Sprintf("%x", m.SHA256),
	})
	return nil
}

// UpdateLedger tells the ledger what the run did after its last checkpoint, and that the
// run by continues from there. It is for a run that will not be resumed. It does nothing
// if l is nil.
func (u Unfinished) UpdateLedger(ctx context.Context, l *ledger.Ledger, by string) error {
	if l == nil {
		return nil
	}
	entries, err := u.entries(ctx, l)
	if err != nil {
		return err
	}
	m := ledger.Checkpoint{Run: u.Run, At: u.Journal.Header.Started}
	if len(entries) > 0 {
		m.Record = slices.MaxFunc(entries, func(a, b ledger.Entry) int { return a.Record - b.Record }).Record
	}
	return l.Runs().Of(u.Journal.Header.Scope.Feed).Absorb(ctx, m, entries, by)
}

// entries is everything that the ledger has to learn, in the order of the records. Users
// keep the keys that the API assigned: their values are no longer known, but their
// identity is.
func (u Unfinished) entries(ctx context.Context, l *ledger.Ledger) ([]ledger.Entry, error) {
	settled, unsettled := u.settled(), u.unsettled()
	entries := append(settled, unsettled...)
	ids := make([]string, len(entries))
	for i := range entries {
		ids[i] = entries[i].ID
	}
	known, err := l.Lookup(ctx, ids)
	if err != nil {
		return nil, err
	}
	u.keepRenamed(entries, known)
	complete(entries, len(settled), known)
	slices.SortStableFunc(entries, func(a, b ledger.Entry) int { return a.Record - b.Record })
	return u.withOverwritten(ctx, l, entries)
}

// keepRenamed keeps the users who got the id of a record from the run, and whose create was then
// refused: the create has led to them.
func (u Unfinished) keepRenamed(entries []ledger.Entry, known []user.LedgerEntry) {
	for i := range entries {
		if e := &entries[i]; e.State != user.Present && u.hasRenamed(e.Record, known[i]) && u.refusedCreate(e.Record) {
			e.State = user.Present
		}
	}
}

func (u Unfinished) refusedCreate(record int) bool {
	return slices.ContainsFunc(u.Journal.Settled, func(o user.Settled) bool {
		return o.Record == record && o.Action == user.Create && (o.Status == user.Refused || o.Status == user.Failed)
	})
}

// complete gives entries the keys that are known before them, from the ledger or from an
// earlier entry of the same id. The first so many are settled. A pending user whose call is
// not settled stays pending: an update may have ended in a create.
func complete(entries []ledger.Entry, settled int, known []user.LedgerEntry) {
	latest := map[string]user.LedgerEntry{}
	for i := range entries {
		e := &entries[i]
		before, met := latest[e.ID]
		if !met {
			before = known[i]
		}
		if e.Remote == "" {
			e.Remote = before.Remote
		}
		if i >= settled && before.State == user.Pending {
			e.State = user.Pending
		}
		latest[e.ID] = e.ApplyTo(before)
	}
}

// withOverwritten adds to entries those of users that a call for another id has changed. The
// journal does not say whether a call that was answered was only a read.
func (u Unfinished) withOverwritten(ctx context.Context, l *ledger.Ledger, entries []ledger.Entry) ([]ledger.Entry, error) {
	changed := overwritten{}
	for i := range u.Journal.Settled {
		o := &u.Journal.Settled[i]
		changed.add(o, o.HTTP != 0)
	}
	wrong, err := changed.entries(ctx, l, entries)
	return append(entries, wrong...), err
}

// settled returns what the outcomes tell. The records' values are no longer known, so the
// users lose their fingerprints and are sent again.
func (u Unfinished) settled() []ledger.Entry {
	unsafe := u.unsafeCreates()
	var entries []ledger.Entry
	for _, o := range u.Journal.Settled {
		state, changes := stateAfter(&o)
		if isDoubtful(&o) {
			continue
		}
		if o.Code == user.CodeSameUser && o.Status != user.InDoubt {
			entries = append(entries, ledger.Entry{ID: o.ID, Record: o.Record, State: user.Absent, IfPending: true})
			continue
		}
		if unsafe && o.Action == user.Create && (o.Status == user.Refused || o.Status == user.Failed) {
			state, changes = user.Absent, true // its intent was recorded
			if user.OnlyReadShows(o.Code, o.HTTP) {
				state = user.Pending // as before it
			}
		}
		if unsafe && o.Action == "" && o.Status == user.InDoubt {
			state, changes = user.Pending, true // so it is not created again
		}
		if changes {
			entries = append(entries, ledger.Entry{ID: o.ID, Remote: o.Remote, Record: o.Record, State: state, Replace: true,
				Deleted: o.Status == user.Deleted && o.Code != user.CodeAlreadyAbsent,
				Missing: o.Status == user.Deleted && o.Code == user.CodeAlreadyAbsent, IfHeld: o.Code == user.CodeUnprovedAbsent})
		}
	}
	return entries
}

// stateAfter returns what an outcome says about a user; false if that is nothing new.
func stateAfter(o *user.Settled) (user.EntryState, bool) {
	switch o.Status {
	case user.Created, user.Updated:
		return user.Present, true
	case user.Accepted:
		return user.AcceptedLater, true
	case user.Deleted:
		return user.Absent, true
	case user.Refused:
		return user.Absent, o.Code == user.CodeMissing
	case user.InDoubt:
		if o.Action == user.Create {
			return user.Pending, true
		}
		return user.Present, o.Action != "" || o.Code == user.CodeUnprovedAbsent
	}
	return user.Absent, false
}
