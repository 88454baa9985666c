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

// Import reads what Export wrote, in one transaction: all of it or nothing. Its
// entries take the place of those with the same ids; others stay. It returns
// how many there were. The ledger's key must be that of the export.
//
// The error is an *ImportError if the fault lies in what r holds.
func (a Admin) Import(ctx context.Context, r io.Reader) (n int, err error) {
	in := jsontext.NewDecoder(r)
	h, err := a.readHeader(in)
	if err != nil {
		return 0, failed("import into the ledger: line 1", err)
	}
	err = a.l.change(ctx, func(w *writing) error {
		for _, run := range h.Runs { // in their order, which their first entries need not have
			if _, err := w.num(w.l.runs, run); err != nil {
				return err
			}
		}
		n, err = w.importAll(in)
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

// ImportError is a fault in what is imported.
type ImportError struct{ what string } // holds no value of the export

// Error names the line of the export, and no value in it.
func (e *ImportError) Error() string { return e.what }

func (a Admin) readHeader(in *jsontext.Decoder) (h header, err error) {
	if err := json.UnmarshalDecode(in, &h); err != nil || h.Version == 0 {
		return h, &UnusableError{Reason: "this is no export of a ledger", Hint: "give a file that usersync ledger export wrote"}
	}
	switch {
	case h.Version != exportVersion || h.Prints != fingerprint.Version:
		return h, &UnusableError{Reason: "the export was made by another version of usersync", Hint: "export and import with the same version"}
	case h.Key != a.l.key.Check():
		return h, &UnusableError{Reason: "the export's prints were made with another key",
			Hint: "give the key of the ledger that was exported; if it is lost, the export is of no use"}
	case h.Scope != a.l.options.Scope:
		return h, &UnusableError{Reason: fmt.Sprintf("the export is of scope %q, this is %q", h.Scope, a.l.options.Scope),
			Hint: "import it with the config that it was exported with"}
	}
	return h, nil
}

func (w *writing) importAll(in *jsontext.Decoder) (n int, err error) {
	home := w.feed
	defer func() { w.feed = home }()
	var part []Entry
	feed := ""
	for {
		var e line
		switch err := json.UnmarshalDecode(in, &e, json.RejectUnknownMembers(true)); {
		case errors.Is(err, io.EOF):
			return n, w.imported(part)
		case err != nil:
			return 0, &ImportError{fmt.Sprintf("line %d is no entry of an export", n+2)} // err may hold values
		}
		if e.Feed != feed || len(part) == question {
			if err := w.imported(part); err != nil {
				return 0, err
			}
			part, feed = part[:0], e.Feed
			if w.feed, err = w.feedNum(feed); err != nil {
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

// imported lays a part of the export over what the ledger holds.
func (w *writing) imported(part []Entry) error {
	err := w.entries("", part)
	if errors.Is(err, database.ErrBadID) {
		return &ImportError{err.Error()}
	}
	return err
}
