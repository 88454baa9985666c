package verify

import (
	"iter"

	"usersync/sync/user"
	"usersync/writer"
)

// walk reads results, and rejects and notes as far as each result needs them.
func (v *verifier) walk() {
	v.resultsAfter, v.rejectsAfter = -1, -1
	rejects, noMoreRejects := iter.Pull2(writer.ReadRejects(v.files.Rejects.Text, v.files.Rejects.Name, v.files.Rejects.Format))
	defer noMoreRejects()
	notes := v.openNotes()
	defer notes.close()
	queue := &rejectQueue{v: v, pull: rejects}
	for r, err := range writer.Restored(writer.ReadResults(v.files.Results.Text, v.files.Results.Name, v.files.Results.Format), v.files.Results.Pseudonyms) {
		if err != nil {
			v.fault(v.files.Results.Name, r.Row, err)
			v.unreadable++
			continue
		}
		v.result(&r)
		queue.match(&r)
		notes.match(&r)
	}
	queue.end()
	notes.end()
}

func (v *verifier) result(r *writer.Result) {
	v.verdict.Records++
	switch gap := r.Record - v.last - 1; {
	case gap > 0 && v.files.Summary != nil && v.files.Summary.Unsettled > 0: // it is compared in the end
		v.gaps += gap
	case r.Record <= v.last:
		v.find(v.files.Results.Name, r.Row, "record %d follows record %d: twice, or out of order", r.Record, v.last)
	case r.Record == v.last+2:
		v.find(v.files.Results.Name, r.Row, "record %d is missing before it", v.last+1)
	case r.Record > v.last+1:
		v.find(v.files.Results.Name, r.Row, "records %d to %d are missing before it", v.last+1, r.Record-1)
	}
	v.last = max(v.last, r.Record)
	if v.index != nil {
		v.index.Add(r.ID, r.Begin)
	}
	if r.Record > v.checkpoint && v.resultsAfter < 0 {
		v.resultsAfter = r.Begin
	}
	v.outcomes.Add(r.Status)
	if r.Absent() {
		v.deletions++
	}
	if r.Record <= v.checkpoint {
		v.upToCheckpoint.Add(r.Status)
	}
	_ = v.codes.Write(&user.Outcome{Status: r.Status, Code: r.Code}) // counting cannot fail
}

// rejectQueue finds the reject of each rejected result.
type rejectQueue struct {
	v    *verifier
	pull func() (writer.Reject, error, bool)
	next *writer.Reject // read, and not yet used
	done bool
}

// peek returns the next reject, or nil if there is none.
func (q *rejectQueue) peek() *writer.Reject {
	for q.next == nil && !q.done {
		r, err, ok := q.pull()
		switch {
		case !ok:
			q.done = true
		case err != nil:
			q.v.fault(q.v.files.Rejects.Name, r.Row, err)
		default:
			q.v.reject(&r)
			q.next = &r
		}
	}
	return q.next
}

func (v *verifier) reject(r *writer.Reject) {
	v.verdict.Rejects++
	if r.Record > v.checkpoint && v.rejectsAfter < 0 {
		v.rejectsAfter = r.Begin
	}
	if v.run == "" {
		v.run = r.Run
	}
	if r.Run != v.run {
		v.find(v.files.Rejects.Name, r.Row, "it is of another run than the rows before")
	}
}

func (q *rejectQueue) match(r *writer.Result) {
	if !r.Status.Rejected() || r.Absent() {
		return
	}
	reject := q.peek()
	for reject != nil && reject.Record < r.Record {
		q.extra()
		reject = q.peek()
	}
	if reject == nil || reject.Record > r.Record {
		q.v.find(q.v.files.Results.Name, r.Row, "record %d is %s and missing in rejects", r.Record, r.Status)
		return
	}
	q.next = nil
	if reject.Line != r.Line || reject.File != "" && reject.File != r.File || reject.Status != r.Status || reject.Code != r.Code || reject.Detail != r.Detail {
		q.v.find(q.v.files.Rejects.Name, reject.Row, "record %d: file, line, outcome, code or detail differ from line %d of %s",
			r.Record, r.Row, q.v.files.Results.Name)
	}
}

func (q *rejectQueue) extra() {
	q.v.find(q.v.files.Rejects.Name, q.next.Row, "record %d is in rejects, but not rejected in results, or is there twice", q.next.Record)
	q.next = nil
}

func (q *rejectQueue) end() {
	for q.peek() != nil {
		q.extra()
	}
}
