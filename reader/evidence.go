package reader

import (
	"strconv"
	"strings"
	"time"

	"usersync/reader/proof"
	"usersync/reader/source"
)

// ending is what the last bytes of a file show.
type ending struct {
	// by is proof.ByTrailer or proof.ByJSONArray if the text itself shows its end.
	by proof.Kind
	// open says that the last line has no newline, but an earlier one does.
	open bool
	// truncated says that the last record may be truncated.
	truncated bool
	// page says which key tells that the file is one page of a longer list; empty if it is not.
	page string
}

// Expected is what must hold of an input that is complete. The zero value expects nothing.
type Expected struct {
	// Records is how many records the whole input must have; 0: any number.
	Records int
	// SHA256 is the hash in hex of the bytes that the one file must have, as on
	// disk or from Stdin; empty: any.
	SHA256 string
	// Sidecar looks for FILE.sha256 next to each file, as sha256sum writes it.
	Sidecar bool
	// TrustEOF accepts the end of a file as its real end: a last line without its
	// newline then deletes a user like any other.
	TrustEOF bool
	// MinAge refuses a file that was modified less than that long ago; 0: none.
	MinAge time.Duration
}

// check refuses impossible expectations.
func (o *Expected) check(files int) error {
	invalid := func(rule, hint string) error { return &InputError{File: "input", Rule: rule, Hint: hint} }
	switch {
	case o.SHA256 != "" && !proof.IsSHA256(o.SHA256):
		return invalid("the SHA-256 to expect is not 64 hex digits", "use the output of sha256sum")
	case o.SHA256 != "" && files > 1:
		return invalid("there is one expected SHA-256 for several files", "name one file, or put a sidecar FILE"+proof.SidecarSuffix+" next to each")
	case o.Records < 0:
		return invalid("a negative number of records is expected", "")
	}
	return nil
}

// evidence is what shows whether the files are complete.
type evidence struct {
	proofs    []proof.Proof // by path
	truncated []bool        // by path: the last record may be truncated
	pages     []bool        // by path: the file says that it is one page of a longer list
	warnings  []string      // by file
}

// finish reads file i to its last byte, and records what proves that this is its end. An
// error means that an expectation is not met.
func (in *Input) finish(i int, f *file) error {
	if err := f.source.Finish(); err != nil {
		return inputError(f.name, f.rows.line(), err)
	}
	f.end = f.rows.end()
	if err := in.evidence.add(&in.o.Expect, i, f); err != nil {
		return err
	}
	if i == len(in.o.Paths)-1 {
		return in.evidence.checkCount(in.o.Expect.Records, in.count)
	}
	return nil
}

func (e *evidence) add(o *Expected, i int, f *file) error {
	if f.end.open {
		e.warnings = append(e.warnings, f.name+": "+f.openEndWarning(o))
	}
	if n := f.source.Hidden(); n > 0 {
		e.warnings = append(e.warnings, f.name+": rows hidden in the sheet, for example by a filter, are read like the others: "+strconv.Itoa(n))
	}
	if err := f.checkHash(o); err != nil {
		return err
	}
	e.proofs[i].By = f.proof(o)
	if f.end.page != "" {
		e.proofs[i].By = proof.Unproven
		e.warnings = append(e.warnings, f.name+": "+f.end.page+"; users on other pages are not missing")
	}
	e.pages = append(e.pages, f.end.page != "")
	e.truncated = append(e.truncated, f.end.truncated)
	return nil
}

func (f *file) openEndWarning(o *Expected) string {
	text := "the last line does not end with a newline, but the others do; the file may be truncated"
	if f.end.truncated && o.Records > 0 {
		text += ", which the number of records does not rule out"
	}
	return text
}

// proof returns what shows that f is complete, once its hashes are checked.
func (f *file) proof(o *Expected) proof.Kind {
	switch {
	case o.SHA256 != "":
		return proof.ByExpectSHA256
	case f.sidecar != "":
		return proof.BySidecar
	case f.end.by != proof.Unproven:
		return f.end.by
	}
	switch f.source.Archive() {
	case source.Gzip:
		return proof.ByGzip
	case source.Zstd:
		return proof.ByZstd
	}
	return proof.Unproven
}

func (f *file) checkHash(o *Expected) error {
	found := f.source.SHA256()
	for _, expected := range []struct{ sum, by string }{
		{o.SHA256, "was expected"}, {f.sidecar, "is in " + f.name + proof.SidecarSuffix},
	} {
		if expected.sum != "" && !strings.EqualFold(expected.sum, found) {
			return &InputError{File: f.name, Rule: "has the SHA-256 " + found + ", but " + strings.ToLower(expected.sum) + " " + expected.by,
				Hint: "the file was truncated or changed, or the hash is of another version: fetch both again"}
		}
	}
	return nil
}

// checkCount compares the number of records after the last file. A last line without a
// newline may be truncated, which the number does not show.
func (e *evidence) checkCount(expected, found int) error {
	switch expected {
	case 0:
		return nil
	case found:
		for i := range e.proofs {
			if by := e.proofs[i].By; !e.truncated[i] && !e.pages[i] && by != proof.ByExpectSHA256 && by != proof.BySidecar {
				e.proofs[i].By = proof.ByExpectRecords
			}
		}
		return nil
	}
	mismatch := &InputError{File: e.proofs[0].File, Hint: "the file was truncated or is not the right one: fetch it again, or correct the number"}
	if len(e.proofs) > 1 {
		mismatch.File = "the " + strconv.Itoa(len(e.proofs)) + " files"
	}
	mismatch.Rule = "records found: " + strconv.Itoa(found) + ", expected: " + strconv.Itoa(expected)
	return mismatch
}
