// Package mirror finds the users of a feed that are missing from the input, and
// keeps their deletions to the rules: an input that may have been cut short, or
// that the mapping misreads, must delete no user.
//
// It calls no API, reads no file and knows no setting: the caller fills Rules.
// Start at Presence, which notes who is in the input, and at Missing.
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

// atOnce is how many ids are looked up, and how many deletions handed on, at a
// time.
const atOnce = 256

// Users is what a ledger knows about users.
type Users interface {
	// Max is the newest row that was given out.
	Max(context.Context) (int64, error)
	// Look returns what is known of each id.
	Look(ctx context.Context, ids []string) ([]user.LedgerEntry, error)
}

// Presence notes which users of the ledger are in the input, a bit for each user
// that the ledger holds. Its methods may be called by several goroutines at once.
type Presence struct {
	users   Users
	last    int64 // the newest user of the ledger when the run began: later ones are the input's
	written int   // up to here the engine does not ask the ledger: an earlier start has written these records

	mu       sync.Mutex
	seen     rowset.Set
	read     int           // records
	looked   int           // of these, ids looked up
	noID     int           // records whose id cannot be read
	firstNo  []user.Origin // the first few of them
	fedAgain bool          // the input is rejects of an earlier run
	unknown  int           // records whose id would be one only if the ledger held it
	queue    []queued      // ids that the engine does not ask for
}

// NewPresence returns an empty Presence. Take the ledger's lock first: a user
// that another run adds from then on would count as missing.
func NewPresence(ctx context.Context, u Users) (*Presence, error) {
	last, err := u.Max(ctx)
	if err != nil {
		return nil, err
	}
	return &Presence{users: u, last: last}, nil
}

// Of passes records on, and notes those that the engine does not ask the ledger
// about: invalid ones, and those up to the ordinal written, which an earlier start
// of the run has written.
func (p *Presence) Of(ctx context.Context, records iter.Seq2[*user.Record, error], written int) iter.Seq2[*user.Record, error] {
	p.written = written
	return func(yield func(*user.Record, error) bool) {
		for r, err := range records {
			if err == nil {
				err = p.note(ctx, r)
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

// Read is how many records were passed on.
func (p *Presence) Read() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read
}

const firstNoID = 5

// queued is an id to look up.
type queued struct {
	id     string
	origin user.Origin
	// asked says that the engine asks for it too; suspect, that it is an id only if
	// the ledger holds it.
	asked, suspect bool
}

func (p *Presence) note(ctx context.Context, r *user.Record) error {
	p.mu.Lock()
	p.read++
	p.fedAgain = p.fedAgain || r.Origin.Before != nil
	switch {
	case suspect(r):
		p.queue = append(p.queue, queued{r.User.ID, r.Origin, r.OnlySuspect() && r.Origin.Record > p.written, true})
	case !identified(r):
		p.noID++
		p.notIdentified(r.Origin)
	case r.Err != nil || r.Origin.Record <= p.written:
		p.queue = append(p.queue, queued{id: r.User.ID})
	}
	full := len(p.queue) == atOnce
	p.mu.Unlock()
	if full {
		return p.flush(ctx)
	}
	return nil
}

func (p *Presence) notIdentified(o user.Origin) {
	if len(p.firstNo) < firstNoID {
		o.Raw = nil
		p.firstNo = append(p.firstNo, o)
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

// identified reports whether the id of a record can be believed. That of an
// invalid row can, if the id is not what is wrong with it.
func identified(r *user.Record) bool {
	if r.Err == nil {
		return true
	}
	bad, ok := r.Err.(*user.InvalidError)
	return r.User.ID != "" && ok && bad.Field != user.ID && bad.Code != "bad_id"
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
	known, err := p.users.Look(ctx, ids)
	if err != nil {
		return fmt.Errorf("look who is in the input: %w", err)
	}
	p.Saw(known)
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
	return nil
}

// Saw notes what the ledger knows about ids of the input: the engine has looked
// them up.
func (p *Presence) Saw(known []user.LedgerEntry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looked += len(known)
	for i := range known {
		p.seen.Add(known[i].Row)
	}
}

// close looks up the rest. Where a record was not looked up, the error is a
// *user.AccountingError: its user would count as missing.
func (p *Presence) close(ctx context.Context) error {
	if err := p.flush(ctx); err != nil {
		return err
	}
	if p.looked+p.noID != p.read {
		return &user.AccountingError{What: fmt.Sprintf("%d records read, %d looked up and %d without an id", p.read, p.looked, p.noID)}
	}
	return nil
}

// missing reports whether a user of the ledger is missing from the input. The input
// must have been read to its end.
func (p *Presence) missing(r ledger.Row) bool { return r.Row <= p.last && !p.seen.Has(r.Row) }
