package writer

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
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

// RejectsOptions describe the input.
type RejectsOptions struct {
	Format Format
	// Delimiter is that of a CSV input; 0 is the comma.
	Delimiter rune
	// Header holds the columns of a CSV input. Every row that could be parsed has as many
	// cells. It does not include the columns of earlier rejects, and neither does
	// Origin.Raw.
	Header []string
	// SecretColumns are the columns whose values are masked; for JSON the keys, those of
	// nested objects joined by dots. If there is one, a row that could not be parsed is
	// masked completely, because the secret could be anywhere in it.
	SecretColumns []string
	// Hides says of any other column or key whether all of it is masked, or keys inside it;
	// nil means that none is. A row of JSON can have keys that no other row has.
	Hides func(column string) (all, inside bool)
	// KeepSecrets writes them in clear text.
	KeepSecrets bool
	// Run is the name of the run.
	Run string
	// Files says that the input is several files, so that each row names its own.
	Files bool
}

func (o RejectsOptions) hides(column string) bool {
	if o.KeepSecrets {
		return false
	}
	column = user.Trim(column)
	if slices.Contains(o.SecretColumns, column) || o.Hides == nil {
		return slices.Contains(o.SecretColumns, column)
	}
	all, _ := o.Hides(column)
	return all
}

// mayHideWithin reports whether keys inside column can be hidden.
func (o RejectsOptions) mayHideWithin(column string) bool {
	if o.KeepSecrets || o.Hides == nil {
		return false
	}
	_, inside := o.Hides(user.Trim(column))
	return inside
}

// hidesWithin reports whether a part of column is hidden.
func (o RejectsOptions) hidesWithin(column string) bool {
	return !o.KeepSecrets && slices.ContainsFunc(o.SecretColumns, func(secret string) bool {
		return strings.HasPrefix(secret, column+".")
	})
}

func (o RejectsOptions) hidesAny() bool { return !o.KeepSecrets && len(o.SecretColumns) > 0 }

// NewRejects returns a Writer for the records that a person must look at, in the input's own
// format, so you can fix the file and use it as input: first the outcome of the record, then the
// row unchanged. It ignores outcomes that are not rejects. It writes the header at once. w
// should be buffered.
//
// The cells about the outcome are quoted by QuoteCell. The row itself is not, not even in
// _usersync_raw: what is read again must be what was read before.
func NewRejects(w io.Writer, o RejectsOptions) (Writer, error) {
	switch o.Format {
	case FormatCSV:
		return newRejectsCSV(w, o)
	case FormatJSONL:
		return &rejectsJSONL{to: w, format: newJSONRejects(o.Files), reject: Reject{Run: o.Run}, options: o}, nil
	}
	return nil, fmt.Errorf("write rejects: unknown format %q", o.Format)
}

// readable replaces bytes that would make a text file unreadable: NUL, and invalid UTF-8.
func readable(raw string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(raw, "\ufffd"), "\x00", "\ufffd")
}

// clean reports whether readable would change nothing.
func clean(raw []byte) bool { return utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0 }

// raw is the value of _usersync_raw for a row that could not be parsed.
func (o RejectsOptions) raw(r *user.Record) string {
	if o.hidesAny() || o.namesHidden([]byte(r.Origin.Raw)) {
		return user.Mask
	}
	return readable(r.Origin.Raw)
}

// namesHidden reports whether a row of JSON holds a word in quotes that is the name of a
// hidden key.
func (o RejectsOptions) namesHidden(raw []byte) bool {
	if o.Format != FormatJSONL || o.KeepSecrets || o.Hides == nil {
		return false
	}
	for word := range bytes.SplitSeq(unescaped(raw), []byte{'"'}) {
		if all, _ := o.Hides(string(word)); all {
			return true
		}
	}
	return false
}

var escape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\\u[0-9A-Fa-f]{4}`) })

// unescaped returns JSON with its \u escapes resolved.
func unescaped(raw []byte) []byte {
	if !bytes.Contains(raw, []byte(`\u`)) {
		return raw
	}
	return escape().ReplaceAllFunc(raw, func(code []byte) []byte {
		r, err := strconv.ParseUint(string(code[2:]), 16, 32)
		if err != nil {
			return code
		}
		return utf8.AppendRune(nil, rune(r))
	})
}

func validDelimiter(r rune) bool {
	return r != '"' && r != '\r' && r != '\n' && r != utf8.RuneError && utf8.ValidRune(r)
}
