package user

import (
	"slices"
	"strings"
)

// Faults collects what is wrong with one record. The zero value has found nothing, and
// takes no memory until something is.
type Faults struct {
	first *InvalidError
	other error // that is not about the record
}

// Add adds a fault; nil adds nothing. A second fault of a field is left out: it may follow
// from the first.
func (f *Faults) Add(err error) {
	if err != nil {
		f.add(err)
	}
}

func (f *Faults) add(err error) {
	bad, ok := err.(*InvalidError)
	if !ok {
		f.other = err
		return
	}
	own := *bad
	own.More = nil
	switch {
	case f.first == nil:
		f.first = &own
	case !f.first.covers(&own):
		f.first.More = append(f.first.More, &own)
	}
	for _, more := range bad.More {
		f.add(more)
	}
}

// Err returns the first fault, with the others in More; nil if there is none. An error that
// is not an *InvalidError comes alone.
func (f *Faults) Err() error {
	switch {
	case f.other != nil:
		return f.other
	case f.first == nil:
		return nil
	}
	return f.first
}

// covers reports whether a fault of the same field is known, or the same fault of none.
func (e *InvalidError) covers(o *InvalidError) bool {
	same := func(known *InvalidError) bool {
		return known.Field == o.Field && (o.Field != "" || known.Code == o.Code && known.Column == o.Column)
	}
	return same(e) || slices.ContainsFunc(e.More, same)
}

// HasCells reports whether the record was parsed and filled although it is invalid, so that
// the destination can look for more faults.
func (r *Record) HasCells() bool {
	bad, ok := r.Err.(*InvalidError)
	return ok && bad.Field != "" && bad.Code != CodeMasked && !r.Origin.Unparsed && !r.OnlySuspect()
}

// Also adds what the destination finds wrong with a record that has cells.
func (r *Record) Also(err error) {
	var all Faults
	all.Add(r.Err)
	all.Add(err)
	r.Err = all.Err()
}

// CodeMasked is the code of a record whose secret is masked.
const CodeMasked = "masked"

// appendMore appends the other faults to the text of the first.
func (e *InvalidError) appendMore(b *strings.Builder) {
	for _, other := range e.More {
		b.WriteString(" | " + other.Error())
	}
}
