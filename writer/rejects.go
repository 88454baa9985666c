package writer

import (
	"bytes"
	"fmt"
	"io"
	"slices"
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

// RejectsOptions say what the input looks like.
type RejectsOptions struct {
	Format Format
	// Delimiter is the input's, of CSV; 0 is the comma.
	Delimiter rune
	// Header holds the input's columns, of CSV, and as many cells does every row
	// have that could be taken apart. Those of earlier rejects that are fed in
	// again are not among them, neither here nor in Origin.Raw.
	Header []string
	// SecretColumns are the columns whose values are masked; of JSON the keys,
	// those of nested objects joined by dots. There being one, a row that could
	// not be taken apart is masked whole: there is no telling where in it the secret
	// is.
	SecretColumns []string
	// KeepSecrets writes them in clear.
	KeepSecrets bool
	// Run is the name of the run.
	Run string
}

func (o RejectsOptions) hides(column string) bool {
	return !o.KeepSecrets && slices.Contains(o.SecretColumns, column)
}

// hidesWithin reports whether a part of column is hidden.
func (o RejectsOptions) hidesWithin(column string) bool {
	return !o.KeepSecrets && slices.ContainsFunc(o.SecretColumns, func(secret string) bool {
		return strings.HasPrefix(secret, column+".")
	})
}

func (o RejectsOptions) hidesAny() bool { return !o.KeepSecrets && len(o.SecretColumns) > 0 }

// NewRejects returns a Writer for the records that a person has to look at,
// in the input's own format, so that the file can be fixed and fed in again:
// the outcome of the record first, then the row as it was. Outcomes that are
// no rejects are passed over. A header is written at once. w should be
// buffered.
//
// The cells that tell the outcome of the record are those of QuoteCell. The
// row itself is not, not even in _usersync_raw: what is fed in
// again must be what was read.
func NewRejects(w io.Writer, o RejectsOptions) (Writer, error) {
	switch o.Format {
	case FormatCSV:
		return newRejectsCSV(w, o)
	case FormatJSONL:
		return &rejectsJSONL{to: w, format: newJSONRejects(), reject: Reject{Run: o.Run}, options: o}, nil
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
		return user.Mask
	}
	return readable(r.Origin.Raw)
}

func validDelimiter(r rune) bool {
	return r != '"' && r != '\r' && r != '\n' && r != utf8.RuneError && utf8.ValidRune(r)
}
