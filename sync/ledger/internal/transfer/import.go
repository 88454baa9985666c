package transfer

import (
	"errors"
	"fmt"
	"io"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/entries"
	"usersync/sync/ledger/internal/recurring"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Import is an export that is being read. It is for one goroutine.
type Import struct {
	lines    *jsontext.Decoder
	runs     []string
	rejected []recurring.Row // read, and not yet restored
}

// Read reads the header of an export of the scope with the given name, whose fingerprints
// have the key. If it is not one, the error is a *database.UnusableError.
func Read(r io.Reader, scope string, key fingerprint.Key) (*Import, error) {
	in := &Import{lines: jsontext.NewDecoder(r)}
	var h header
	if err := json.UnmarshalDecode(in.lines, &h); err != nil || h.Version == 0 {
		return nil, &database.UnusableError{Reason: "this is not an export of a ledger", Hint: "give a file that usersync ledger export wrote"}
	}
	in.runs = h.Runs
	return in, h.check(scope, key)
}

// Apply merges all entries into what the ledger holds, and returns how many it read. An
// *ImportError says that the export is wrong.
func (in *Import) Apply(t change.Writer) (n int, err error) {
	for _, run := range in.runs { // in their order; the entries may come in another
		if _, err := t.NumberOf(t.Runs, run); err != nil {
			return 0, err
		}
	}
	home := t.To
	defer func() { t.To = home }()
	p := part{to: t}
	for number := 2; ; number++ {
		e, err := in.next(number)
		switch {
		case errors.Is(err, io.EOF):
			if err := p.apply(); err != nil { // SQLite may have ended the transaction: what follows would be kept
				return 0, err
			}
			return n, recurring.Restore(t.Tx, in.rejected)
		case err == nil && e.Rejected != nil:
			err = in.reject(&e, number)
		case err == nil:
			n++
			err = p.add(&e, number)
		}
		if err != nil {
			return 0, err
		}
	}
}

// part is entries of one feed that are not applied yet.
type part struct {
	to      change.Writer
	feed    string
	entries []change.Entry
}

// add adds a line of the export, whose number is for an error.
func (p *part) add(e *line, number int) (err error) {
	if e.Feed != p.feed || len(p.entries) == entries.ChunkSize {
		if err := p.apply(); err != nil {
			return err
		}
		p.entries, p.feed = p.entries[:0], e.Feed
		if p.to.To, err = p.to.FeedNumber(e.Feed); err != nil {
			return err
		}
	}
	entry, err := e.entry()
	if err != nil {
		return &ImportError{fmt.Sprintf("line %d: %v", number, err)}
	}
	p.entries = append(p.entries, entry)
	return nil
}

// apply merges the part into what the ledger holds.
func (p *part) apply() error {
	err := p.to.Apply("", p.entries)
	if errors.Is(err, database.ErrBadID) {
		return &ImportError{err.Error()}
	}
	return err
}

// next reads a line, whose number is for an error; io.EOF after the last one.
func (in *Import) next(number int) (e line, err error) {
	err = json.UnmarshalDecode(in.lines, &e, json.RejectUnknownMembers(true))
	if err != nil && !errors.Is(err, io.EOF) {
		err = &ImportError{fmt.Sprintf("line %d is not an entry of an export", number)} // err may hold values
	}
	return e, err
}

// check says why an export cannot be read into a scope.
func (h *header) check(scope string, key fingerprint.Key) error {
	switch {
	case h.Version > version || h.Fingerprints != fingerprint.Version:
		return &database.UnusableError{Reason: "the export was made by another version of usersync", Hint: "export and import with the same version"}
	case h.Key != key.Check():
		return &database.UnusableError{Reason: "the export's fingerprints were made with a different key",
			Hint: "give the key of the ledger that was exported; if it is lost, the export is useless"}
	case h.Scope != scope:
		return &database.UnusableError{Reason: fmt.Sprintf("the export is of scope %q, and this ledger is of %q", h.Scope, scope),
			Hint: "import it with the config that it was exported with"}
	}
	return nil
}

// ImportError is an error in what is imported.
type ImportError struct{ what string } // holds no value of the export

// Error names the line of the export, and none of its values.
func (e *ImportError) Error() string { return e.what }
