package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/transfer"
)

// Export writes the scope as JSON Lines: a header, then one entry per line, with
// fingerprints in hex. What is saved in the meantime may be included or not.
func (a Admin) Export(ctx context.Context, w io.Writer) error {
	return failed("export the ledger", transfer.Export(ctx, w, a.l.entries, a.l.key))
}

// ImportError is an error in what is imported.
type ImportError = transfer.ImportError

// Import reads what Export wrote, in one transaction: all of it or nothing. Its entries
// replace those with the same ids; others stay. It returns how many entries it read. The
// ledger must have the key of the exported one.
//
// An *ImportError says that what r holds is wrong.
func (a Admin) Import(ctx context.Context, r io.Reader) (n int, err error) {
	in, err := transfer.Read(r, a.l.entries.Name, a.l.key)
	if err != nil {
		return 0, failed("import into the ledger: line 1", err)
	}
	err = a.l.change(ctx, func(t change.Writer) error {
		if err = t.DB.Unbound(t, t.SQL); err == nil { // r may be a pipe
			n, err = in.Apply(t)
		}
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
