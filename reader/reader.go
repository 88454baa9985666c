// Package reader turns files of users into records: CSV and JSON Lines, or one JSON array,
// plain or compressed, one file or several in a row.
//
// It does not know what a destination does with a record, and writes nothing. An invalid
// row becomes a record with Err; it is never skipped. Start at Open; csv.go turns the rows
// of package table into records, and jsonl.go the values of package values. Package mapping
// turns their cells into users, and proof shows that a file is complete.
package reader

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"usersync/reader/between"
	"usersync/reader/dialect"
	"usersync/reader/mapping"
	"usersync/reader/place"
	"usersync/reader/proof"
	"usersync/reader/source"
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

// Input is an open input. It is for one goroutine.
type Input struct {
	o       Options
	opening opening
	files   []*file // open ones; nil if opened later
	columns columns
	digest  *source.Digest
	count   int
	chunk   chunk
	// finished is the number of files that were read to their end.
	finished int
	evidence evidence
	failed   bool // Records has yielded an error
	versions versions
	skipped  between.Skipped // in the files that were read to their end
	extent   extent
}

// Open checks, in every file, everything that can be wrong before the first record is sent:
// that it exists, has a header, and has exactly the columns that the mapping needs. An error
// is an *InputError. ctx also ends what is read from a URL.
func Open(ctx context.Context, o Options) (*Input, error) {
	in := &Input{o: o, opening: newOpening(ctx, o.Places), digest: source.NewDigest(), files: make([]*file, len(o.Paths)), versions: newVersions(len(o.Paths)), evidence: evidence{proofs: make([]proof.Proof, len(o.Paths))}}
	in.columns.o = &in.o
	for i, path := range o.Paths {
		in.evidence.proofs[i].File = source.Name(path)
	}
	if err := in.o.check(); err != nil {
		return nil, err
	}
	for i := range o.Paths {
		if err := in.openAhead(ctx, i); err != nil {
			if failed := in.Close(); failed != nil {
				return nil, errors.Join(err, failed)
			}
			return nil, err
		}
	}
	return in, nil
}

// opening opens what the input names, with the context of Open.
type opening struct {
	source func(source.Options) (*source.Source, error)
	// short reads a short object at a URL.
	short func(url string, limit int64) ([]byte, error)
}

func newOpening(ctx context.Context, places *place.Opener) opening {
	return opening{
		func(o source.Options) (*source.Source, error) { return source.Open(ctx, o) },
		func(url string, limit int64) ([]byte, error) { return places.Short(ctx, url, limit) },
	}
}

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

// openAhead opens file i and keeps it open if it is the first or cannot be opened twice.
func (in *Input) openAhead(ctx context.Context, i int) error {
	if err := checkStopped(ctx, in.o.Paths[i]); err != nil {
		return err
	}
	f, err := in.open(in.o.Paths[i])
	if err != nil {
		return err
	}
	in.versions.see(i, f)
	in.extent.see(f.source)
	if i == 0 || f.source.Once() {
		in.files[i] = f
		return nil
	}
	return f.close()
}

func checkStopped(ctx context.Context, path string) error {
	if err := ctx.Err(); err != nil {
		return &InputError{File: source.Name(path), Rule: "not read: stopped before", Err: err}
	}
	return nil
}

// Layout returns the layout of the input.
func (in *Input) Layout() Layout { return in.columns.layout }

// Fields lists the fields that a record can have, id first.
func (in *Input) Fields() []user.Field { return in.columns.mapper.Fields() }

// Digest returns the SHA-256 and the length of the decompressed input read so far, which is
// a little ahead of the records. After the last record it covers the whole input.
func (in *Input) Digest() (sha256hex string, bytes int64) { return in.digest.Sum() }

// Proofs returns, for each path in order, what proves that it was complete. Call it once
// Records has ended without an error; before that there is no proof.
func (in *Input) Proofs() []proof.Proof {
	proofs := slices.Clone(in.evidence.proofs)
	for i := range proofs {
		if in.failed || in.finished < len(proofs) {
			proofs[i].By = proof.Unproven
		}
	}
	return proofs
}

// Warnings returns what you should know although nothing depends on it, each a sentence that
// begins with the file's name. The list is complete once Records has ended.
func (in *Input) Warnings() []string { return append([]string(nil), in.evidence.warnings...) }

// Expected returns Warnings, and those that the summary of a run counts instead, for
// commands that have no summary.
func (in *Input) Expected() []string {
	all := in.Warnings()
	if n := in.skipped.Sheets; n == 1 {
		all = append(all, "the workbook has one more sheet with cells, which is not read because no sheet is named")
	} else if n > 1 {
		all = append(all, "the workbooks have "+strconv.Itoa(n)+" more sheets with cells, which are not read because no sheet is named")
	}
	return all
}

// Skipped returns what was skipped in the files that were read to their end.
func (in *Input) Skipped() between.Skipped { return in.skipped }

// Close closes the open files.
func (in *Input) Close() error {
	var errs []error
	for i, f := range in.files {
		if f != nil {
			errs = append(errs, f.close())
			in.files[i] = nil
		}
	}
	return errors.Join(append(errs, in.versions.close())...)
}

// Records reads the input, once: a second call continues where the first ended.
func (in *Input) Records() Records {
	return func(yield func(*user.Record, error) bool) {
		for i, path := range in.o.Paths {
			if i < in.finished {
				continue
			}
			if more := in.readFile(i, path, yield); !more {
				return
			}
		}
	}
}
