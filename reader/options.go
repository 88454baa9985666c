package reader

import (
	"io"
	"strings"

	"usersync/reader/dialect"
	"usersync/reader/mapping"
	"usersync/reader/place"
	"usersync/sync/identity"
	"usersync/sync/user"
)

// The formats.
const (
	CSV   = "csv"
	JSONL = "jsonl"
)

// Options say what to read and how. The zero value of all fields except Paths is useful.
type Options struct {
	Paths []string // local ones or URLs; "-" is Stdin
	Stdin io.Reader
	// Places opens URLs; nil opens none.
	Places *place.Opener
	// Format is CSV or JSONL; empty: by extension, also before .gz and .zst, otherwise
	// by content.
	Format string
	CSV    CSVOptions
	// Records is a JSON pointer (RFC 6901) to the array of users inside an object, such as
	// /data/users; empty: the one array of objects, if the file is such an object.
	Records string
	// Sheet is the sheet of a workbook (.xlsx); empty: the first that is not hidden.
	Sheet string
	// Charset is a name in the WHATWG Encoding Standard; empty: UTF-8. A byte order
	// mark overrides it.
	Charset string
	Mapping mapping.Config
	// IDs says which texts are not ids; the zero value is the default.
	IDs identity.Policy
	// Op is the intent of every record, unless Mapping.OpColumn names the column that
	// holds it.
	Op user.Op
	// Accepts is what the destination takes; the zero value accepts every known field.
	Accepts mapping.Accepts
	Rejects Rejects
	Expect  Expected
	// Values checks and changes a record that was read; nil does nothing.
	Values func(*user.Record)
}

// CSVOptions say how CSV files are written. The zero value finds out.
type CSVOptions struct {
	// Delimiter is one character or several; empty: the usual one that fits header and rows.
	Delimiter string
	// Escape is the character that takes the meaning from the one after it; 0: there is
	// none, and a quote inside of quotes is doubled.
	Escape byte
	// HeaderRow is the line of each file, from 1, that holds the column names; lines
	// before it are skipped. 0: the first line with text.
	HeaderRow int
	// Comment is how lines begin that are skipped; empty: none are.
	Comment string
	// Footer lists how lines begin that are skipped at the end of each file.
	Footer []string
	// Trailer is the first cell of the row that ends each file and holds the number
	// of its records in another cell; empty: there is none.
	Trailer string
}

// Rejects say what is known of records that an earlier run rejected and that are read again.
type Rejects struct {
	// Original returns the rows that a reject was made from, without usersync's own
	// columns, the latest first; none if they are not known. They provide the secrets
	// that the reject masks. Nil knows none.
	Original func(user.Rejected) [][]byte
	// Selected says what to do with each reject; nil reads them all. A reject that is left
	// out is counted among the skipped lines.
	Selected func(user.Rejected) Selection
	// RejectedAs reports whether a record had the id when it was rejected, and whether
	// it is known which id it had. Nil knows none.
	RejectedAs func(r user.Rejected, id string) (same, known bool)
}

// Selection says what to do with one reject.
type Selection uint8

// The selections.
const (
	Selected   Selection = iota
	MaybeSent            // selected, and a later run may have sent it
	OtherGroup           // left out: its group was not asked for
	Settled              // left out: a later run has settled it
)

func (o *Options) check() error {
	if len(o.Paths) == 0 {
		return &InputError{File: "input", Rule: "no file is named", Hint: "name one or more files, or - for stdin"}
	}
	switch o.Format {
	case "", CSV, JSONL:
	default:
		return &InputError{File: "input", Rule: "the format is not a known one", Hint: "use csv or jsonl"}
	}
	if d := o.CSV.Delimiter; d != "" && (!dialect.ValidText(d) || o.CSV.Escape != 0 && strings.IndexByte(d, o.CSV.Escape) >= 0) {
		return &InputError{File: "input", Rule: "the delimiter cannot be a quote, a line ending or no character at all, nor hold the escape", Hint: "leave it out to detect it"}
	}
	if _, ok := recordsPath(o.Records); o.Records != "" && !ok {
		return &InputError{File: "input", Rule: "records does not begin with a slash and a key", Hint: "write it like /users"}
	}
	return o.Expect.check(len(o.Paths))
}
