// Package writer writes a line per outcome: results, and rejects, which can be
// fixed and fed in again. It also reads both back, and erases a person from them.
//
// It does not say where the bytes go: that is package rundir. Nor does it decide
// what an outcome is: it writes what it is given, and refuses what is not one.
// The summary of a run is in package report, its progress in package progress.
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
