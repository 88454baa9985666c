// Package mirror finds the users of a feed that are missing from the input, and enforces
// the rules for deleting them: an input that may have been truncated, or that the mapping
// misreads, must delete no user.
//
// It calls no API, reads no files and knows no settings: the caller fills Rules. Start at
// Presence, which records who is in the input, and at Missing.
package mirror

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"usersync/sync/identity"
	"usersync/sync/ledger"
	"usersync/sync/ledger/rowset"
	"usersync/sync/user"
)

// chunkSize is how many ids are looked up, and how many deletions passed on, at a time.
const chunkSize = 256

// Users is what a ledger knows about users.
type Users interface {
	// Max returns the newest row of the ledger.
	Max(context.Context) (int64, error)
	// Look returns what is known of each id.
	Lookup(ctx context.Context, ids []string) ([]user.LedgerEntry, error)
}

// Lookalikes finds users of the ledger whose ids look like ids of the input that are new.
type Lookalikes interface {
	// NoteIDs looks for those of ids that the engine does not look up; known is what the
	// ledger says of them.
	NoteIDs(ctx context.Context, ids []string, known []user.LedgerEntry) error
	// Found reports whether the user in a row of the ledger is one of those found.
	Found(row int64) bool
}

// Presence records which users of the ledger are in the input, in one bit per user. It is
// safe for concurrent use.
type Presence struct {
	// Similar finds look-alikes. Set it before the first record; nil finds none.
	Similar Lookalikes

	users   Users
	last    int64 // the newest user of the ledger when the run began: later ones come from the input
	written int   // the engine does not look up records up to here: an earlier start has written them

	mu                sync.Mutex
	seen              rowset.Set
	led               rowset.Set    // users that a row of another id led to
	read              int           // records
	looked            int           // of these, ids looked up
	unidentified      int           // records whose id cannot be read
	firstUnidentified []user.Origin // the first few of them
	hasRejects        bool          // the input is rejects of an earlier run
	unknown           int           // records whose id is one only if the ledger holds it
	queue             []queued      // ids that the engine does not look up
}

// NewPresence returns an empty Presence. Lock the ledger first: a user that another run
// adds later would count as missing.
func NewPresence(ctx context.Context, u Users) (*Presence, error) {
	last, err := u.Max(ctx)
	if err != nil {
		return nil, err
	}
	return &Presence{users: u, last: last}, nil
}

// Of passes records on, and looks up those that the engine does not: invalid ones, and
// those up to the ordinal written, which an earlier start of the run has written.
func (p *Presence) Of(ctx context.Context, records iter.Seq2[*user.Record, error], written int) iter.Seq2[*user.Record, error] {
	p.written = written
	return func(yield func(*user.Record, error) bool) {
		for r, err := range records {
			if err == nil {
				err = p.add(ctx, r)
			}
			if err != nil {
				r = nil
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Read returns how many records were passed on.
func (p *Presence) Read() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read
}

const maxShown = 5

// queued is an id to look up.
type queued struct {
	id     string
	origin user.Origin
	// asked says that the engine asks for it too; suspect, that it is an id only if
	// the ledger holds it.
	asked, suspect bool
}

func (p *Presence) add(ctx context.Context, r *user.Record) error {
	p.mu.Lock()
	p.read++
	p.hasRejects = p.hasRejects || r.Origin.Before != nil
	switch {
	case suspect(r):
		p.queue = append(p.queue, queued{r.User.ID, r.Origin, r.OnlySuspect() && r.Origin.Record > p.written, true})
	case !identified(r):
		p.unidentified++
		p.notIdentified(r.Origin)
	case r.Err != nil || r.Origin.Record <= p.written:
		p.queue = append(p.queue, queued{id: r.User.ID})
	}
	full := len(p.queue) == chunkSize
	p.mu.Unlock()
	if full {
		return p.flush(ctx)
	}
	return nil
}

func (p *Presence) notIdentified(o user.Origin) {
	if len(p.firstUnidentified) < maxShown {
		o.Raw = ""
		p.firstUnidentified = append(p.firstUnidentified, o)
	}
}

// suspect reports whether the id of a record stands for none, such as NULL, unless the
// ledger holds exactly that id: then its user is in the input.
func suspect(r *user.Record) bool {
	if r.Suspect != nil {
		return true
	}
	bad, ok := r.Err.(*user.InvalidError)
	return ok && r.User.ID != "" && (bad.Code == identity.CodeNull || bad.Code == identity.CodeDamaged)
}

// identified reports whether the id of a record is reliable. That of an invalid row is, if
// the error is about something other than the id.
func identified(r *user.Record) bool {
	if r.Err == nil {
		return true
	}
	bad, ok := r.Err.(*user.InvalidError)
	return r.User.ID != "" && ok && bad.Field != user.ID && bad.Code != "bad_id" && bad.Code != identity.CodeHeader
}

// flush looks up the ids in the queue.
func (p *Presence) flush(ctx context.Context) error {
	p.mu.Lock()
	queue := p.queue
	p.queue = nil
	p.mu.Unlock()
	ids := make([]string, len(queue))
	for i := range queue {
		ids[i] = queue[i].id
	}
	known, err := p.users.Lookup(ctx, ids)
	if err != nil {
		return fmt.Errorf("look up who is in the input: %w", err)
	}
	if p.Similar != nil {
		if err := p.Similar.NoteIDs(ctx, ids, known); err != nil {
			return err
		}
	}
	p.Seen(known)
	p.lookedUp(queue, known)
	return nil
}

// lookedUp corrects the counts by what the ledger says of ids from the queue.
func (p *Presence) lookedUp(queue []queued, known []user.LedgerEntry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, q := range queue {
		if q.asked {
			p.looked-- // the engine counts it
		}
		if q.suspect && known[i].State == user.Absent {
			p.unknown++
			p.notIdentified(q.origin)
		}
	}
}

// Seen records what the ledger knows about ids of the input that the engine has looked
// up.
func (p *Presence) Seen(known []user.LedgerEntry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looked += len(known)
	for i := range known {
		p.seen.Add(known[i].Row)
	}
}

// Led records that rows of other ids led to the users with these ids, because the API has
// one user for both: such a user is not missing from the API's point of view, and must not
// be deleted.
func (p *Presence) Led(ctx context.Context, ids []string) error {
	known, err := p.users.Lookup(ctx, ids)
	if err != nil {
		return fmt.Errorf("look up who is in the input: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range known {
		p.led.Add(known[i].Row)
	}
	return nil
}

// isSeen records that the user in a row of the ledger is in the input, under another id
// than when the row was looked up.
func (p *Presence) isSeen(row int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.Add(row)
}

// close looks up the rest. If a record was not looked up, the error is a
// *user.AccountingError: its user would count as missing.
func (p *Presence) close(ctx context.Context) error {
	if err := p.flush(ctx); err != nil {
		return err
	}
	if p.looked+p.unidentified != p.read {
		return &user.AccountingError{What: fmt.Sprintf("%d records read, %d looked up and %d without an id", p.read, p.looked, p.unidentified)}
	}
	return nil
}

// missing reports whether a user of the ledger is missing from the input. The input
// must have been read to its end.
func (p *Presence) missing(r ledger.Row) bool { return r.Row <= p.last && !p.seen.Has(r.Row) }

// isAnothers reports whether the API's user of a missing id is another id's, too.
func (p *Presence) isAnothers(r ledger.Row) bool { return r.Shared || p.led.Has(r.Row) }

// looksLike reports whether a user of the ledger, missing from the input, looks like an id
// that is new in the input.
func (p *Presence) looksLike(r ledger.Row) bool { return p.Similar != nil && p.Similar.Found(r.Row) }
