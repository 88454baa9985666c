package reader

import (
	"context"

	"usersync/reader/source"
	"usersync/sync/user"
)

// CodeTorn is the code of a row that deletes a user and may have been cut.
const CodeTorn = "torn"

// checkDelete is asked about each record that deletes a user, before it is handed
// out. It makes the record invalid if it may be a part of a line.
func (in *Input) checkDelete(f *file, rec *user.Record) error {
	if err := in.checkExpectations(); err != nil {
		return err
	}
	if before := rec.Origin.Before; before != nil && before.Code == CodeTorn && !in.o.Expect.TrustEOF {
		rec.Err = &user.InvalidError{Code: CodeTorn, Rule: "was the last line of a file that may have been cut, and the id with it",
			Hint: "compare the id with the original list, then empty " + user.RejectCode + " in this row; --trust-eof accepts it unchanged"}
		return nil
	}
	if end := f.rows.end(); !end.open || !end.truncated || in.o.Expect.TrustEOF {
		return nil
	}
	whole, err := f.isWhole(&in.o.Expect)
	if err == nil && !whole {
		rec.Err = &user.InvalidError{Code: CodeTorn, Rule: "is the last line and has no newline at its end, though the others have one: the id may have been cut",
			Hint: "end the line, or prove that the file is whole: --expect-sha256, a FILE.sha256 next to it, gzip, or --trust-eof"}
	}
	return err
}

// isWhole reports whether a hash or a checksum shows that no byte of f is missing.
// All its rows must have been read. A number of records cannot show that: a cut row
// is a row.
func (f *file) isWhole(x *Expected) (bool, error) {
	if err := f.source.Finish(); err != nil {
		return false, inputError(f.name, f.rows.line(), err)
	}
	if err := f.checkHash(x); err != nil {
		return false, err
	}
	return x.SHA256 != "" || f.sidecar != "" || f.source.Archive() != "", nil
}

// checkExpectations reads files that can be read twice to their end before the first
// delete, if a hash, a number of records or a trailer is expected of them: a delete
// cannot be taken back when the end shows that the list was the wrong one.
func (in *Input) checkExpectations() error {
	v := &in.versions
	expected := v.expected || in.o.Expect.Records > 0 || in.o.Expect.SHA256 != "" || in.o.CSV.Trailer != ""
	if v.checked || v.once || !expected {
		return nil
	}
	o := in.o
	o.Rejects.Original, o.Expect.MinAge = nil, 0
	ahead, err := Open(context.Background(), o)
	if err != nil {
		return err
	}
	ahead.versions.checked = true // it deletes no user itself
	for _, err = range ahead.Records() {
	}
	if err == nil {
		err = ahead.Unchanged()
	}
	for i, was := range v.seen {
		if is := ahead.versions.seen[i]; err == nil && !(was.SameFile(is) && was.Same(is)) {
			err = &InputError{File: source.Name(in.o.Paths[i]), Rule: "was replaced by another file while the run checked it",
				Hint: "let the job that writes it end before the run begins", Err: source.ErrChanged}
		}
	}
	if closed := ahead.Close(); err == nil {
		err = closed
	}
	v.checked = true
	return err
}
