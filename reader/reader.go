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
	"slices"
	"strconv"

	"usersync/reader/between"
	"usersync/reader/place"
	"usersync/reader/proof"
	"usersync/reader/source"
	"usersync/sync/user"
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
