package writer

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"usersync/sync/user"
)

// Format is a format of input, and so of rejects.
type Format string

// The formats.
const (
	FormatCSV   Format = "csv"
	FormatJSONL Format = "jsonl"
)

// The names that rejects put before the input's own.
const (
	// OwnPrefix begins every one of them. Columns of the input that begin so
	// are those of earlier rejects, fed in again; new ones take their place.
	OwnPrefix = "_usersync_"

	outcomeColumn = OwnPrefix + "outcome"
	codeColumn    = OwnPrefix + "code"
	detailColumn  = OwnPrefix + "detail"
	runColumn     = OwnPrefix + "run"
	recordColumn  = OwnPrefix + "record"
	lineColumn    = OwnPrefix + "line"
	rawColumn     = OwnPrefix + "raw"
)

// Mask stands in rejects for a secret.
const Mask = "***"

// RejectsOptions say what the input looks like.
type RejectsOptions struct {
	Format Format
	// Delimiter is the input's, of CSV; 0 is the comma.
	Delimiter rune
	// Header holds the input's columns, of CSV.
	Header []string
	// SecretColumns are the columns, or JSON keys, whose values are masked.
	// There being one, a row that could not be taken apart is masked whole:
	// nobody can tell where in it the secret is.
	SecretColumns []string
	// KeepSecrets writes them in clear.
	KeepSecrets bool
	// Run is the name of the run.
	Run string
}

func (o RejectsOptions) hides(column string) bool {
	if o.KeepSecrets {
		return false
	}
	for _, secret := range o.SecretColumns {
		if column == secret || strings.HasPrefix(secret, column+".") {
			return true
		}
	}
	return false
}

func (o RejectsOptions) hidesAny() bool { return !o.KeepSecrets && len(o.SecretColumns) > 0 }

// NewRejects returns a Writer for the records that somebody has to look at,
// in the input's own format, so that the file can be mended and fed in again:
// what became of the record first, then the row as it was. Outcomes that are
// no rejects are passed over. A header is written at once. w should be
// buffered.
func NewRejects(w io.Writer, o RejectsOptions) (Writer, error) {
	switch o.Format {
	case FormatCSV:
		return newRejectsCSV(w, o)
	case FormatJSONL:
		return &rejectsJSONL{to: w, options: o}, nil
	}
	return nil, fmt.Errorf("write rejects: unknown format %q", o.Format)
}

// readable replaces what would make a file of text unreadable: NUL, and bytes
// that are not UTF-8.
func readable(raw []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(raw), "\ufffd"), "\x00", "\ufffd")
}

// clean reports whether readable would change nothing.
func clean(raw []byte) bool { return utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0 }

// raw is what _usersync_raw says of a row that could not be taken apart.
func (o RejectsOptions) raw(r *user.Record) string {
	if o.hidesAny() {
		return Mask
	}
	return readable(r.Origin.Raw)
}

func validDelimiter(r rune) bool {
	return r != '"' && r != '\r' && r != '\n' && r != utf8.RuneError && utf8.ValidRune(r)
}
