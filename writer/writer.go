// Package writer writes one line per outcome: results, and rejects, which you can fix and use as
// input again. It also reads both back, and erases a person from them.
//
// It does not decide where the bytes go: package rundir does. Nor does it decide outcomes: it
// writes what it is given, and refuses what is not final. The summary of a run is in package
// report, its progress in package progress. Start at Writer, and at NewResults for the simplest
// one.
package writer

import (
	"errors"
	"fmt"

	"usersync/sync/user"
)

// Writer takes outcomes, in input order, from one goroutine.
//
// Write does not keep or change the outcome or its record. An error means that the outcome may not be
// written, and that the run must stop. Nothing is buffered: when Write returns, the outcome has
// been passed on.
type Writer interface {
	Write(*user.Outcome) error
}

// check refuses what is not a final outcome: what clients and middleware exchange must not become
// a result.
func check(o *user.Outcome) error {
	if o.Record == nil {
		return errors.New("write outcome: it has no record")
	}
	if !o.Status.Final() {
		return fmt.Errorf("write outcome of record %d: status %q is not final", o.Record.Origin.Record, o.Status)
	}
	return nil
}
