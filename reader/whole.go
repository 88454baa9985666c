package reader

import (
	"strconv"
	"strings"

	"usersync/reader/proof"
	"usersync/reader/source"
)

// ending is what the last bytes of a file show.
type ending struct {
	// by is proof.ByTrailer or proof.ByJSONArray where the text itself shows its end.
	by proof.Kind
	// open says that the last line lacks its newline, and an earlier one has it.
	open bool
	// torn says that the last record may be a part of one.
	torn bool
}

// checkExpected finds what cannot be expected.
func (o *Options) checkExpected() error {
	wrong := func(rule, hint string) error { return &InputError{File: "input", Rule: rule, Hint: hint} }
	switch {
	case o.ExpectSHA256 != "" && !proof.IsSHA256(o.ExpectSHA256):
		return wrong("the SHA-256 to expect is not 64 hex digits", "take what sha256sum prints")
	case o.ExpectSHA256 != "" && len(o.Paths) > 1:
		return wrong("one SHA-256 is expected of several files", "name one file, or put a sidecar FILE"+proof.SidecarSuffix+" beside each")
	case o.ExpectRecords < 0:
		return wrong("a negative number of records is expected", "")
	}
	return nil
}

// evidence is what was found of whether the files are whole.
type evidence struct {
	proofs   []proof.Proof // by path
	torn     []bool        // by path: the last record may be a part of one
	warnings []string      // by file
}

// finish reads file i to its last byte, and notes what proves that this is its
// end. An error is what was expected and does not hold.
func (in *Input) finish(i int, f *file) error {
	if err := f.source.Finish(); err != nil {
		return inputError(f.name, f.rows.line(), err)
	}
	f.end = f.rows.end()
	if err := in.evidence.add(&in.o, i, f); err != nil {
		return err
	}
	if i == len(in.o.Paths)-1 {
		return in.evidence.holdCount(in.o.ExpectRecords, in.count)
	}
	return nil
}

func (e *evidence) add(o *Options, i int, f *file) error {
	if f.end.open {
		e.warnings = append(e.warnings, f.name+": "+f.openEnd(o))
	}
	if err := f.holdHash(o); err != nil {
		return err
	}
	e.proofs[i].By = f.proof(o)
	e.torn = append(e.torn, f.end.torn)
	return nil
}

func (f *file) openEnd(o *Options) string {
	text := "the last line has no newline at its end, and the others have one; perhaps the file was cut"
	if f.end.torn && o.ExpectRecords > 0 {
		text += ", which the number of records does not rule out"
	}
	return text
}

// proof is what shows that f is whole, its hashes being right.
func (f *file) proof(o *Options) proof.Kind {
	switch {
	case o.ExpectSHA256 != "":
		return proof.ByExpectSHA256
	case f.sidecar != "":
		return proof.BySidecar
	case f.end.by != proof.Unproved:
		return f.end.by
	}
	switch f.source.Archive() {
	case source.Gzip:
		return proof.ByGzip
	case source.Zstd:
		return proof.ByZstd
	}
	return proof.Unproved
}

func (f *file) holdHash(o *Options) error {
	found := f.source.SHA256()
	for _, expected := range []struct{ sum, by string }{
		{o.ExpectSHA256, "was expected"}, {f.sidecar, "stands in " + f.name + proof.SidecarSuffix},
	} {
		if expected.sum != "" && !strings.EqualFold(expected.sum, found) {
			return &InputError{File: f.name, Rule: "has the SHA-256 " + found + ", and " + strings.ToLower(expected.sum) + " " + expected.by,
				Hint: "the file was cut or changed, or the hash is that of another version: fetch both anew"}
		}
	}
	return nil
}

// holdCount compares the number of records after the last file. A last line
// without its newline may be a part of one, which a number does not show.
func (e *evidence) holdCount(expected, found int) error {
	switch expected {
	case 0:
		return nil
	case found:
		for i := range e.proofs {
			if by := e.proofs[i].By; !e.torn[i] && by != proof.ByExpectSHA256 && by != proof.BySidecar {
				e.proofs[i].By = proof.ByExpectRecords
			}
		}
		return nil
	}
	wrong := &InputError{File: e.proofs[0].File, Hint: "the file was cut or is another one than was meant: fetch it anew, or correct the number"}
	if len(e.proofs) > 1 {
		wrong.File = "the " + strconv.Itoa(len(e.proofs)) + " files"
	}
	wrong.Rule = "records found: " + strconv.Itoa(found) + ", expected: " + strconv.Itoa(expected)
	return wrong
}
