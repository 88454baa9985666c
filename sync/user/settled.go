package user

import "time"

// Settled is an Outcome as files hold it: the record by its number and its id,
// without the values that were sent. Results, rejects and the journal are written
// from it and read back into it; each holds the part that it has columns for. Times
// have a precision of milliseconds.
type Settled struct {
	Record int    // its number in the whole input, from 1
	File   string // the input file; empty for a deletion that no row asked for
	Line   int    // in File, from 1
	ID     string
	Remote string // the key that the API assigned
	Action Op     // the last call made; empty if none was
	Status Status
	HTTP   int // the status of the last answer; 0 if none came

	Code      string
	Detail    string
	Attempts  int
	Took      time.Duration
	At        time.Time // zero if it has none
	RequestID string
	// Remembered is that of the outcome; only the journal holds it.
	Remembered bool
}

// Settled returns o as files hold it. The outcome must have a record.
func (o *Outcome) Settled() Settled {
	r := o.Record
	return Settled{
		Record: r.Origin.Record, File: r.Origin.File, Line: r.Origin.Line, ID: r.User.ID, Remote: o.Remote,
		Action: o.Action, Status: o.Status, HTTP: o.HTTP, Code: o.Code, Detail: o.Detail,
		Attempts: o.Attempts, Took: o.Took, At: o.At, RequestID: o.RequestID, Remembered: o.Remembered,
	}
}

// For returns s as the outcome of r, which was read again, and whether r has the
// record number and id of s.
func (s *Settled) For(r *Record) (Outcome, bool) {
	return Outcome{
		Record: r, Status: s.Status, Action: s.Action, Code: s.Code, Detail: s.Detail,
		RequestID: s.RequestID, Remote: s.Remote, HTTP: s.HTTP, Attempts: s.Attempts, Took: s.Took, At: s.At, Remembered: s.Remembered,
	}, r.Origin.Record == s.Record && r.User.ID == s.ID
}

// Absent reports whether s belongs to a deletion that no row asked for. It is not
// valid for entries of the journal, which does not hold File.
func (s *Settled) Absent() bool { return s.File == "" }

// Erase removes the person's data from s, and keeps what the counts need.
func (s *Settled) Erase() { s.ID, s.Remote, s.Detail, s.RequestID = Erased, "", "", "" }
