// Package parking finds the rows of the input that earlier runs could not settle: those that
// the API has refused in several finished runs are parked, which means that they are not sent
// for some days. It also works out what the ledger must learn of such rows.
//
// It sends nothing and stores nothing. Start at New.
package parking

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"
	"unicode/utf8"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger"
	"usersync/sync/ledger/idset"
	"usersync/sync/user"
)

// Options say when a row is parked.
type Options struct {
	Ledger *ledger.Ledger // nil: no row is known, and none is parked
	// After is in how many finished runs in a row the API must have refused a row before it
	// is parked; 0 parks none.
	After int
	// Every is how long a row stays parked before it is sent again; 0 is forever.
	Every time.Duration
	// Retry sends parked rows, too.
	Retry bool
	Now   time.Time // when the run started
	// Curable reports whether a code says that the same row may be taken tomorrow; nil reports
	// false for each.
	Curable func(code string) bool
	// TakesAccess says that a row of the input may delete a user or take access away. One that
	// cannot be parsed may be such a row, so it never recurs.
	TakesAccess bool
	// Settings is a digest of the mapping and of the settings that decide what is sent: if
	// they change, every row counts as changed.
	Settings string
}

// most is how many rows of the ledger are kept in memory. If there are more, those with an id
// are looked up when a record may have it, and as many of those without an id are recognized.
const most = 10_000

// slack lets a nightly run that starts a little earlier than the last time retry a row, and
// not only the run of the next night.
const slack = time.Hour

// Finder finds rows that recur. Look is for one goroutine, and Met for another. A nil Finder
// finds nothing.
type Finder struct {
	options  Options
	rows     fingerprint.Rows
	settings uint64

	known map[string][]ledger.RecurringRow // by id; only those without one if there are too many
	more  *idset.Set                       // whose rows are looked up; empty if known has all

	touched *idset.Set // of rows that Met has told of
}

// New returns a Finder for a run that starts now; nil without a ledger.
func New(ctx context.Context, o Options) (*Finder, error) {
	if o.Ledger == nil {
		return nil, nil
	}
	sum := sha256.Sum256([]byte(o.Settings))
	f := &Finder{options: o, rows: o.Ledger.RowHashes(), settings: binary.LittleEndian.Uint64(sum[:]), more: idset.New(), touched: idset.New()}
	if err := f.learn(ctx); err != nil {
		return nil, err
	}
	return f, nil
}

// learn reads which rows the ledger knows.
func (f *Finder) learn(ctx context.Context) error {
	recurring := f.options.Ledger.Runs().Recurring()
	few, all, err := recurring.Few(ctx, most)
	f.known = byID(few)
	if err != nil || all {
		return err
	}
	return recurring.EachID(ctx, f.more.Add)
}

func byID(all []ledger.RecurringRow) map[string][]ledger.RecurringRow {
	by := make(map[string][]ledger.RecurringRow, len(all))
	for _, r := range all {
		by[r.ID] = append(by[r.ID], r)
	}
	return by
}

// Look sets Recurring of the records whose ids, or rows, earlier runs have met. Without such
// rows in the ledger it does nothing.
func (f *Finder) Look(ctx context.Context, records []*user.Record) error {
	if f == nil || len(f.known) == 0 && f.more.None() {
		return nil
	}
	known, err := f.lookUp(ctx, records)
	if err != nil {
		return err
	}
	for _, r := range records {
		if rows := known[idOf(r)]; len(rows) > 0 {
			r.Recurring = f.match(r, rows)
		}
	}
	return nil
}

// lookUp returns the rows that the records may be, by their ids.
func (f *Finder) lookUp(ctx context.Context, records []*user.Record) (map[string][]ledger.RecurringRow, error) {
	var asked []string
	for _, r := range records {
		if id := idOf(r); id != "" && f.more.MayHave(id) {
			asked = append(asked, id)
		}
	}
	if asked == nil {
		return f.known, nil
	}
	rows, err := f.options.Ledger.Runs().Recurring().Of(ctx, asked)
	known := byID(rows)
	known[""] = f.known[""]
	return known, err
}

// longestID is the longest id that is kept of an invalid row.
const longestID = 256

// idOf returns the id of a record; empty if it has none that the ledger could store.
func idOf(r *user.Record) string {
	id := r.User.ID
	if r.Origin.Unparsed || !utf8.ValidString(id) || r.Err != nil && len(id) > longestID {
		return ""
	}
	for i := range len(id) {
		if id[i] == 0 {
			return ""
		}
	}
	return id
}

// match compares a record with the rows of its id.
func (f *Finder) match(r *user.Record, rows []ledger.RecurringRow) *user.Recurring {
	found := &user.Recurring{}
	said, read := f.hash(r), f.hashText(r)
	for i := range rows {
		switch known := &rows[i]; {
		case known.Status == user.Refused && known.Hash == said:
			found.Refused = f.streak(known)
		case known.Status == user.Invalid && known.Hash == read:
			found.Invalid = f.streak(known)
		}
	}
	if idOf(r) == "" && found.Invalid == nil {
		return nil // the others are of other rows
	}
	return found
}

func (f *Finder) streak(known *ledger.RecurringRow) *user.Streak {
	o := &f.options
	s := &user.Streak{Code: known.Code, Runs: known.Runs, First: known.First, Sent: known.Sent, Lasting: o.After > 0 && known.Runs >= o.After,
		Again: Again(known, o.Every)}
	s.Parked = s.Lasting && !o.Retry && !s.Sent.IsZero() && (s.Again.IsZero() || o.Now.Before(s.Again.Add(-min(slack, o.Every/24)))) &&
		s.Sent.Before(o.Now.Add(24*time.Hour)) // later than that, a clock was wrong
	return s
}

// Again returns when a row is sent again although nothing has changed; zero if never.
func Again(r *ledger.RecurringRow, every time.Duration) time.Time {
	if every == 0 || r.Sent.IsZero() {
		return time.Time{}
	}
	return r.Sent.Add(every)
}

// hash identifies what a row says, and the settings.
func (f *Finder) hash(r *user.Record) int64 { return int64(f.rows.Hash(r) ^ f.settings) }

// hashText identifies the text of a row, and the settings.
func (f *Finder) hashText(r *user.Record) int64 {
	return int64(f.rows.HashText([]byte(r.Origin.Raw)) ^ f.settings)
}
