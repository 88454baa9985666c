package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Import reads what Export wrote, in one transaction: all of it or nothing. Its entries
// replace those with the same ids; others stay. It returns how many entries it read. The
// ledger must have the key of the exported one.
//
// An *ImportError says that what r holds is wrong.
func (a Admin) Import(ctx context.Context, r io.Reader) (n int, err error) {
	in := jsontext.NewDecoder(r)
	h, err := a.readHeader(in)
	if err != nil {
		return 0, failed("import into the ledger: line 1", err)
	}
	err = a.l.change(ctx, func(t *transaction) error {
		for _, run := range h.Runs { // in their order; the entries may come in another
			if _, err := t.num(t.l.runs, run); err != nil {
				return err
			}
		}
		n, err = t.importAll(in)
		return err
	})
	if _, bad := errors.AsType[*ImportError](err); bad {
		return 0, fmt.Errorf("import into the ledger: %w", err)
	}
	if err != nil {
		return 0, failed("import into the ledger", err)
	}
	return n, nil
}

// ImportError is an error in what is imported.
type ImportError struct{ what string } // holds no value of the export

// Error names the line of the export, and none of its values.
func (e *ImportError) Error() string { return e.what }

func (a Admin) readHeader(in *jsontext.Decoder) (h exportHeader, err error) {
	if err := json.UnmarshalDecode(in, &h); err != nil || h.Version == 0 {
		return h, &UnusableError{Reason: "this is not an export of a ledger", Hint: "give a file that usersync ledger export wrote"}
	}
	switch {
	case h.Version != exportVersion || h.Fingerprints != fingerprint.Version:
		return h, &UnusableError{Reason: "the export was made by another version of usersync", Hint: "export and import with the same version"}
	case h.Key != a.l.key.Check():
		return h, &UnusableError{Reason: "the export's fingerprints were made with a different key",
			Hint: "give the key of the ledger that was exported; if it is lost, the export is useless"}
	case h.Scope != a.l.options.Scope:
		return h, &UnusableError{Reason: fmt.Sprintf("the export is of scope %q, and this ledger is of %q", h.Scope, a.l.options.Scope),
			Hint: "import it with the config that it was exported with"}
	}
	return h, nil
}

func (t *transaction) importAll(in *jsontext.Decoder) (n int, err error) {
	home := t.feed
	defer func() { t.feed = home }()
	var part []Entry
	feed := ""
	for {
		var e exportLine
		switch err := json.UnmarshalDecode(in, &e, json.RejectUnknownMembers(true)); {
		case errors.Is(err, io.EOF):
			return n, t.applyImport(part)
		case err != nil:
			return 0, &ImportError{fmt.Sprintf("line %d is not an entry of an export", n+2)} // err may hold values
		}
		if e.Feed != feed || len(part) == chunkSize {
			if err := t.applyImport(part); err != nil {
				return 0, err
			}
			part, feed = part[:0], e.Feed
			if t.feed, err = t.feedNum(feed); err != nil {
				return 0, err
			}
		}
		entry, err := e.entry()
		if err != nil {
			return 0, &ImportError{fmt.Sprintf("line %d: %v", n+2, err)}
		}
		part = append(part, entry)
		n++
	}
}

// applyImport merges a part of the export into what the ledger holds.
func (t *transaction) applyImport(part []Entry) error {
	err := t.apply("", part)
	if errors.Is(err, database.ErrBadID) {
		return &ImportError{err.Error()}
	}
	return err
}
