package verify

import (
	"cmp"
	"iter"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// noteIndex finds the note of each result that was settled by a call. Notes come out of order,
// within a window.
type noteIndex struct {
	v        *verifier
	pull     func() (Note, error, bool)
	close    func()
	held     map[int]user.Settled // by record, read and not yet used
	readUpTo int                  // every note up to this record was read
	done     bool
	failed   bool // the journal cannot be read to its end
}

const journalFile = "journal"

func (v *verifier) openNotes() *noteIndex {
	b := &noteIndex{v: v, held: map[int]user.Settled{}, close: func() {}, done: true}
	if j := v.files.Journal; j != nil && j.Notes != nil {
		b.pull, b.close = iter.Pull2(j.Notes)
		b.done = false
	}
	return b
}

// read reads a note.
func (b *noteIndex) read() {
	n, err, ok := b.pull()
	switch {
	case !ok:
		b.done = true
	case err != nil:
		b.v.fault(journalFile, 0, err)
		b.done, b.failed = true, true
	case n.Checkpoint > 0:
		b.readUpTo = max(b.readUpTo, n.Checkpoint)
	default:
		b.held[n.Settled.Record] = n.Settled
	}
}

// match compares r with its note. A result without a call needs none.
func (b *noteIndex) match(r *writer.Result) {
	if b.pull == nil {
		return
	}
	note, found := b.held[r.Record]
	for !found && r.Attempts > 0 && !b.done && b.readUpTo < r.Record {
		b.read()
		note, found = b.held[r.Record]
	}
	delete(b.held, r.Record)
	if !found {
		if r.Attempts > 0 && !b.failed {
			b.v.find(b.v.files.Results.Name, r.Row, "record %d is %s by a call that the journal does not know", r.Record, r.Status)
		}
		return
	}
	if !sameOutcome(b.v.files.Results.Format, note, r.Settled) {
		b.v.find(b.v.files.Results.Name, r.Row, "record %d differs from what the journal says of it", r.Record)
	}
}

// sameOutcome compares what both say about a record.
func sameOutcome(f writer.Format, note, r user.Settled) bool {
	for _, text := range []*string{&note.ID, &note.Remote, &note.Code, &note.Detail, &note.RequestID} {
		if f == writer.FormatJSONL {
			*text = string([]rune(*text)) // as JSON can hold it
		}
	}
	note.File, note.Line, note.Remembered = r.File, r.Line, r.Remembered
	if note.At.Equal(r.At) {
		note.At = r.At // in whatever zone
	}
	note.Remote = cmp.Or(note.Remote, r.Remote) // results also name a key that was known before
	return note == r
}

// end looks for notes without a result. After the last result of an unfinished run they are what a
// resume starts from.
func (b *noteIndex) end() {
	for !b.done {
		b.read()
		b.forget()
	}
	b.forget()
	if len(b.held) > 0 && b.v.finished() {
		b.v.find(journalFile, 0, "%d records are settled there, and missing in %s", len(b.held), b.v.files.Results.Name)
	}
}

// forget drops the notes up to the last result; an unfinished run may have any number after it,
// which are not needed.
func (b *noteIndex) forget() {
	if len(b.held) < forgetAt && !b.done {
		return
	}
	for record := range b.held {
		if record <= b.v.last || !b.v.finished() {
			delete(b.held, record)
		}
	}
}

// forgetAt is how many notes are kept before forget looks.
const forgetAt = 1 << 16

func (v *verifier) finished() bool {
	return v.files.Journal != nil && v.files.Journal.State == report.Finished
}
