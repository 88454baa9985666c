package writer

import (
	"bytes"
	"io"

	"usersync/sync/pseudonym"
	"usersync/sync/user"
)

// Erasure removes a person from the files of one run. Every row keeps its place, record,
// outcome and code, so the counts still add up; id, the API's key, detail, request id and the
// row's own values are removed.
//
// Results come first: they show which records are the person's. It is for one goroutine;
// memory grows with the records that are the person's or have no id.
type Erasure struct {
	ID string
	// Keys are the API's keys of the person. They are also in rows of other ids that led to
	// the person (user.CodeSameUser), where only the key is removed.
	Keys map[string]bool
	// Met are keys of the person that Results has come across. Set it to collect them.
	Met map[string]bool
	// Others are other ids whose rows have a key of the person for their own: the person had such
	// an id before, or has it since. Set it to collect them.
	Others map[string]bool
	// Checkpoints are records, ascending. Copied.At returns where, in each file, the row
	// after each begins.
	Checkpoints []int
	// Rows, if it is set, is called for each row of the new results, with its id and the bytes
	// that it takes.
	Rows func(id string, begin, end int64)

	mine    map[int]struct{}
	unnamed map[int]struct{} // rejected, and without an id
	led     map[int]string   // keys of the person that records of other ids have led to
}

// Copied is what a copy contains.
type Copied struct {
	Erased int // rows that were the person's
	Size   int64
	At     []int64 // where the rows up to each of the Checkpoints end
}

// Mine reports whether a record is the person's.
func (e *Erasure) Mine(record int) bool {
	_, mine := e.mine[record]
	return mine
}

// Results copies results.
func (e *Erasure) Results(to io.Writer, from FileText) (Copied, error) {
	e.mine, e.unnamed, e.led = map[int]struct{}{}, map[int]struct{}{}, map[int]string{}
	p := newResultParser(from.Name, from.Format)
	c := copier{e: e, to: to}
	if from.Pseudonyms != (pseudonym.Key{}) {
		c.shownAs = from.Pseudonyms.Of(e.ID)
	}
	for row, err := range rows(from.Text, from.Name, false) {
		if err == nil && p.isHeader(row) {
			c.put(row.text)
			continue
		}
		var r user.Settled
		if err == nil {
			r, err = p.result(row)
		}
		if err != nil {
			c.unreadable(row, err)
			continue
		}
		Restore(&r, from.Pseudonyms)
		c.before(r.Record)
		if r.ID == "" && r.Status.Rejected() {
			e.unnamed[r.Record] = struct{}{}
		}
		text := row.text
		e.Meet(&r)
		if r.ID == e.ID || e.LedTo(&r) {
			e.erase(&r)
			p.written = p.lines.line(p.written[:0], &r)
			text = p.written
			c.done.Erased++
		}
		if e.Rows != nil {
			e.Rows(r.ID, c.done.Size, c.done.Size+int64(len(text)))
		}
		c.put(text)
	}
	return c.end()
}

// LedTo reports whether an outcome of another id names a key of the person.
func (e *Erasure) LedTo(r *user.Settled) bool {
	return r.ID != e.ID && r.Code == user.CodeSameUser && e.Keys[r.Remote]
}

// Meet collects what an outcome says of the keys and the ids of the person.
func (e *Erasure) Meet(r *user.Settled) {
	switch {
	case r.Remote == "" || r.Code == user.CodeSameUser: // the key is another id's
	case r.ID == e.ID && e.Met != nil:
		e.Met[r.Remote] = true
	case r.ID != e.ID && e.Others != nil && e.Keys[r.Remote] && r.ID != user.Erased && !pseudonym.Is(r.ID):
		e.Others[r.ID] = true
	}
}

// erase removes what an outcome holds of the person.
func (e *Erasure) erase(r *user.Settled) {
	if r.ID != e.ID {
		e.led[r.Record] = r.Remote
		r.Remote = ""
		return
	}
	e.mine[r.Record] = struct{}{}
	r.Erase()
}

// Rejects copies rejects. A row that cannot be attributed to a user is removed too if it holds
// the id as a word, in any spelling that can be read as the id.
func (e *Erasure) Rejects(to io.Writer, from FileText) (Copied, error) {
	p := newRejectParser(from.Name, from.Format)
	c := copier{e: e, to: to}
	for row, err := range rows(from.Text, from.Name, p.csv) {
		if err == nil && p.csv && row.Row == 1 && p.header(bytes.TrimSuffix(row.text, []byte("\n"))) {
			c.put(row.text)
			continue
		}
		var r Reject
		if err == nil {
			r, err = p.reject(row)
		}
		if err != nil {
			c.unreadable(row, err)
			continue
		}
		c.before(r.Record)
		e.reject(&c, p, row.text, &r)
	}
	return c.end()
}

// reject copies a row of rejects, without what it holds of the person.
func (e *Erasure) reject(c *copier, p *rejectParser, text []byte, r *Reject) {
	_, unnamed := e.unnamed[r.Record]
	switch mine := e.Mine(r.Record); {
	case mine && r.Raw != user.Erased:
		r.Detail = ""
		c.erased(p.tombstone(r))
	case unnamed && (e.names(text) || e.names([]byte(r.Raw))):
		c.erased(p.tombstone(r))
	case e.led[r.Record] != "":
		text, erased := p.withoutValue(string(text), r.Text, e.led[r.Record])
		if c.put(text); erased {
			c.done.Erased++
		}
	default:
		c.put(text)
	}
}

// tombstone is the row that replaces r, which was parsed last.
func (p *rejectParser) tombstone(r *Reject) []byte {
	if !p.csv {
		return append(appendText(append(p.objects.appendOutcome(nil, r), rawKey...), user.Erased), "}\n"...)
	}
	b := p.cells.cell(p.cells.appendOutcome(nil, r), user.Erased)
	for range p.columns - len(p.cells.columns) - 1 {
		b = p.cells.next(b)
	}
	return append(b, '\n')
}
