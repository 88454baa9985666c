// Package lookalike finds the ids of an input that are new and look like another id: they
// differ only by case, normal form, width, invisible characters, zeros in front and the
// like (identity.Fold). They may be two users, or one user in two spellings.
//
// It notes that in the records and decides nothing. It reads no input and no ledger of its
// own. Start at Finder.
package lookalike

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"

	"usersync/sync/identity"
	"usersync/sync/ledger"
	"usersync/sync/ledger/rowset"
	"usersync/sync/user"
)

// Window is how many records apart two ids may be, at most, if there is no ledger to
// remember the first one.
const Window = 16_384

// Ledger knows ids. Its methods are safe for concurrent use.
type Ledger interface {
	// Lookalikes returns, by id, the entries whose ids look like one of the given ids.
	Lookalikes(ctx context.Context, ids []string) (map[string][]ledger.Lookalike, error)
	// FirstNew returns the first row that is new.
	FirstNew(context.Context) (int64, error)
}

// Finder finds look-alikes. Use New; its methods are safe for concurrent use.
type Finder struct {
	ledger Ledger
	mirror bool

	mu     sync.Mutex
	seed   maphash.Seed
	first  int64 // the first new row; 0 until it was asked for
	like   rowset.Set
	recent map[uint64]spellings // by what they fold to; the ledger cannot show them yet
	order  []place              // of the recent ids, in the order of the records; the end of room
	room   []place              // all of it: the beginning is free for reuse
	// indexed is how many places at the front of order are in recent: none as long as every
	// recent id is its own fold, because two of these never look alike. others is how many
	// are not.
	indexed, others int
	ids             []string // for reuse
}

// spellings are ids that look alike.
type spellings struct {
	id     uint64
	others []uint64
	record int // the last one with such an id
}

// place is a recent id. It has hashes of the id and of what it folds to: the texts would keep in
// memory the rows that they are parts of.
type place struct {
	fold, id uint64
	record   int
	counted  bool // among others
}

func (p place) isFolded() bool { return p.fold == p.id }

// New returns a Finder. Without a ledger, l is nil, and ids more than Window records apart
// are not compared.
func New(l Ledger) *Finder {
	return &Finder{ledger: l, seed: maphash.MakeSeed(), recent: map[uint64]spellings{}}
}

// NewForMirror returns a Finder that also takes ids for new which the ledger got from an
// earlier run, if that run did not finish, or if the API may not have the user.
func NewForMirror(l Ledger) *Finder {
	f := New(l)
	f.mirror = true
	return f
}

// Note notes user.LooksLike in each record whose id is new to the ledger and looks
// like another id, of the ledger or of an earlier record; a further record with the same id
// may go without. Call it with all records, in their order. known is what the ledger said
// of each; checkpoint is the last record whose outcome it could show by then.
func (f *Finder) Note(ctx context.Context, records []*user.Record, known []user.LedgerEntry, checkpoint int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ledger == nil && len(records) > 0 {
		checkpoint = records[0].Origin.Record - Window - 1
	}
	f.forget(checkpoint)
	if err := f.findFirst(ctx); err != nil {
		return err
	}
	f.ids = f.ids[:0]
	for i, r := range records {
		if f.isNew(r, known, i) {
			f.ids = append(f.ids, r.User.ID)
		}
	}
	found, err := f.find(ctx, f.ids)
	if err != nil {
		return err
	}
	for i, r := range records {
		if !f.isNew(r, known, i) {
			continue
		}
		similar := len(found[r.User.ID]) > 0
		if fresh, another := f.remember(r, similar); fresh && (another || similar) {
			r.Notes |= user.LooksLike
		}
	}
	return nil
}

func (f *Finder) isNew(r *user.Record, known []user.LedgerEntry, i int) bool {
	return r.Err == nil && !r.Origin.Absent && (known == nil || f.isNewEntry(&known[i]))
}

// isNewEntry reports whether an id is new by what the ledger knows of it. For a mirror one
// that is pending is: the API may not have it.
func (f *Finder) isNewEntry(e *user.LedgerEntry) bool {
	return e.State == user.Absent || f.mirror && (e.State == user.Pending || e.Row >= f.first)
}

// findFirst asks for the first new row, once.
func (f *Finder) findFirst(ctx context.Context) (err error) {
	if f.mirror && f.first == 0 {
		f.first, err = f.ledger.FirstNew(ctx)
	}
	return err
}

// remember keeps the id of a record. It reports whether the id is not among the recent ones,
// and whether another one there looks like it. similar says that the ledger has one that
// does.
func (f *Finder) remember(r *user.Record, similar bool) (fresh, another bool) {
	one := f.placeOf(r)
	if similar || !one.isFolded() {
		one.counted = true
		f.others++
	}
	f.append(one)
	if f.others == 0 {
		return true, false
	}
	for _, p := range f.order[f.indexed:] {
		fresh, another = f.index(p)
	}
	f.indexed = len(f.order)
	return fresh, another
}

func (f *Finder) placeOf(r *user.Record) place {
	id := maphash.String(f.seed, r.User.ID)
	p := place{fold: id, id: id, record: r.Origin.Record}
	if folded := identity.Fold(r.User.ID); folded != r.User.ID {
		p.fold = maphash.String(f.seed, folded)
	}
	return p
}

// append adds to order, and moves it to the front of its room only once that is full: each
// chunk of records forgets as many as it brings.
func (f *Finder) append(p place) {
	if len(f.order) < cap(f.order) {
		f.order = append(f.order, p)
		return
	}
	room := f.room
	if 4*len(f.order) > 3*len(room) {
		room = make([]place, max(8, len(room)+len(room)/2))
	}
	f.order, f.room = room[:copy(room, f.order)], room
	f.order = append(f.order, p)
}

// index is remember for an id that others may look like.
func (f *Finder) index(p place) (fresh, another bool) {
	s, another := f.recent[p.fold]
	switch {
	case !another:
		s.id, fresh = p.id, true
	case s.id != p.id && !slices.Contains(s.others, p.id):
		s.others, fresh = append(s.others, p.id), true
	}
	s.record = p.record
	f.recent[p.fold] = s
	return fresh, another
}

// forget drops the ids of the records up to a checkpoint.
func (f *Finder) forget(checkpoint int) {
	n := 0
	for n < len(f.order) && f.order[n].record <= checkpoint {
		if fold := f.order[n].fold; n < f.indexed && f.recent[fold].record <= checkpoint {
			delete(f.recent, fold)
		}
		if f.order[n].counted {
			f.others--
		}
		n++
	}
	if n > 0 {
		f.order = f.order[n:]
		f.indexed = max(f.indexed-n, 0)
	}
	if f.others == 0 && f.indexed > 0 {
		clear(f.recent)
		f.indexed = 0
	}
}

// NoteIDs notes which users of the ledger look like one of the ids that are new to it. known
// is what the ledger says of each id.
func (f *Finder) NoteIDs(ctx context.Context, ids []string, known []user.LedgerEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.findFirst(ctx); err != nil {
		return err
	}
	var fresh []string
	for i, id := range ids {
		if f.isNewEntry(&known[i]) {
			fresh = append(fresh, id)
		}
	}
	_, err := f.find(ctx, fresh)
	return err
}

// find asks the ledger for look-alikes of ids, and keeps their rows.
func (f *Finder) find(ctx context.Context, ids []string) (map[string][]ledger.Lookalike, error) {
	if f.ledger == nil || len(ids) == 0 {
		return nil, nil
	}
	found, err := f.ledger.Lookalikes(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look for ids that look alike: %w", err)
	}
	for _, all := range found {
		for i := range all {
			f.like.Add(all[i].Row)
		}
	}
	return found, nil
}

// Found reports whether a user of the ledger looks like an id of the input that is new.
// Those of records that Note has not seen count if NoteIDs has.
func (f *Finder) Found(row int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.like.Has(row)
}
