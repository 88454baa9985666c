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

// finish reads file i to its last byte, and notes what proves that this is its
// end. An error is what was expected and does not hold.
func (in *Input) finish(i int, f *file) error {
	if err := f.source.Finish(); err != nil {
		return inputError(f.name, f.rows.line(), err)
	}
	f.end = f.rows.end()
	if f.end.open {
		in.warnings = append(in.warnings, f.name+": "+in.openEnd(f))
	}
	if err := in.holdHash(f); err != nil {
		return err
	}
	in.proofs[i].By = in.proof(f)
	in.torn = append(in.torn, f.end.torn)
	if i == len(in.o.Paths)-1 {
		return in.holdCount()
	}
	return nil
}

func (in *Input) openEnd(f *file) string {
	text := "the last line has no newline at its end, and the others have one; perhaps the file was cut"
	if f.end.torn && in.o.ExpectRecords > 0 {
		text += ", which the number of records does not rule out"
	}
	return text
}

// proof is what shows that f is whole, its hashes being right.
func (in *Input) proof(f *file) proof.Kind {
	switch {
	case in.o.ExpectSHA256 != "":
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

func (in *Input) holdHash(f *file) error {
	found := f.source.SHA256()
	for _, expected := range []struct{ sum, by string }{
		{in.o.ExpectSHA256, "was expected"}, {f.sidecar, "stands in " + f.name + proof.SidecarSuffix},
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
func (in *Input) holdCount() error {
	switch expected := in.o.ExpectRecords; expected {
	case 0:
		return nil
	case in.count:
		for i := range in.proofs {
			if by := in.proofs[i].By; !in.torn[i] && by != proof.ByExpectSHA256 && by != proof.BySidecar {
				in.proofs[i].By = proof.ByExpectRecords
			}
		}
		return nil
	}
	e := &InputError{File: in.proofs[0].File, Hint: "the file was cut or is another one than was meant: fetch it anew, or correct the number"}
	if len(in.proofs) > 1 {
		e.File = "the " + strconv.Itoa(len(in.proofs)) + " files"
	}
	e.Rule = "records found: " + strconv.Itoa(in.count) + ", expected: " + strconv.Itoa(in.o.ExpectRecords)
	return e
}
