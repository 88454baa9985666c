// Package writer tells the world what became of the records: results, a line
// per outcome; rejects, which can be mended and fed in again; progress while
// the run goes on; and at its end a summary, for machines and for people.
//
// It does not say where the bytes go: that is package rundir. Nor does it decide
// what an outcome is: it writes what it is given, and refuses what is none.
// Start at Writer, and at NewCSV for the simplest one.
package writer

import (
	"errors"
	"fmt"

	"usersync/sync/user"
)

// Writer takes outcomes, in input order, from one goroutine.
//
// Write does not keep the outcome or its record. An error means that the
// outcome is perhaps not written, and that the run must stop. Nothing is held
// back: what Write was given has been handed on when it returns.
type Writer interface {
	Write(user.Outcome) error
}

// check is the last gate: what passes between a client and its wrappers must
// not become a result.
func check(o *user.Outcome) error {
	if o.Record == nil {
		return errors.New("write outcome: it has no record")
	}
	if !o.Status.Final() {
		return fmt.Errorf("write outcome of record %d: status %q is not final", o.Record.Origin.Record, o.Status)
	}
	return nil
}
