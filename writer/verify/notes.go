package verify

import (
	"cmp"
	"iter"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// noteBook gives each result that was settled by a call its note. Notes come
// out of order, within a window.
type noteBook struct {
	v     *verifier
	pull  func() (Note, error, bool)
	close func()
	held  map[int]user.Settled // by record, read and not yet given
	mark  int                  // every note up to this record was read
	over  bool
	bad   bool // the journal cannot be read to its end
}

const journalFile = "journal"

func (v *verifier) openNotes() *noteBook {
	b := &noteBook{v: v, held: map[int]user.Settled{}, close: func() {}, over: true}
	if j := v.files.Journal; j != nil && j.Notes != nil {
		b.pull, b.close = iter.Pull2(j.Notes)
		b.over = false
	}
	return b
}

// read reads a note.
func (b *noteBook) read() {
	n, err, ok := b.pull()
	switch {
	case !ok:
		b.over = true
	case err != nil:
		b.v.fault(journalFile, 0, err)
		b.over, b.bad = true, true
	case n.Checkpoint > 0:
		b.mark = max(b.mark, n.Checkpoint)
	default:
		b.held[n.Settled.Record] = n.Settled
	}
}

// match compares r with its note. What no call was made for needs none.
func (b *noteBook) match(r *writer.Result) {
	if b.pull == nil {
		return
	}
	note, found := b.held[r.Record]
	for !found && r.Attempts > 0 && !b.over && b.mark < r.Record {
		b.read()
		note, found = b.held[r.Record]
	}
	delete(b.held, r.Record)
	if !found {
		if r.Attempts > 0 && !b.bad {
			b.v.find(b.v.files.Results.Name, r.Row, "record %d is %s by a call that the journal does not know", r.Record, r.Status)
		}
		return
	}
	if !sameOutcome(b.v.files.Results.Format, note, r.Settled) {
		b.v.find(b.v.files.Results.Name, r.Row, "record %d differs from what the journal says of it", r.Record)
	}
}

// sameOutcome compares what both know of a record.
func sameOutcome(f writer.Format, note, r user.Settled) bool {
	for _, text := range []*string{&note.ID, &note.Remote, &note.Code, &note.Detail, &note.RequestID} {
		if f == writer.FormatJSONL {
			*text = string([]rune(*text)) // as JSON holds it
		}
	}
	note.File, note.Line = r.File, r.Line
	if note.At.Equal(r.At) {
		note.At = r.At // in whatever zone
	}
	note.Remote = cmp.Or(note.Remote, r.Remote) // results name also one that was known before
	return note == r
}

// end looks for notes without a result. After the last result of
// a run that is not finished they are what a resume starts from.
func (b *noteBook) end() {
	for !b.over {
		b.read()
		b.forget()
	}
	b.forget()
	if len(b.held) > 0 && b.v.finished() {
		b.v.find(journalFile, 0, "%d records are settled there, and missing in %s", len(b.held), b.v.files.Results.Name)
	}
}

// forget drops the notes up to the last result; an unfinished run may have
// any number after it, which are then not needed.
func (b *noteBook) forget() {
	if len(b.held) < forgetAt && !b.over {
		return
	}
	for record := range b.held {
		if record <= b.v.last || !b.v.finished() {
			delete(b.held, record)
		}
	}
}

// forgetAt is as many notes as are kept without looking.
const forgetAt = 1 << 16

func (v *verifier) finished() bool {
	return v.files.Journal != nil && v.files.Journal.State == report.Finished
}
