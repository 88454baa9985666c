package report

import (
	"encoding/json"
	"errors"
	"io"
)

// ReadSummary reads what WriteSummary wrote, to be written again. A fact from a later version, which would
// get lost, is an error.
func ReadSummary(r io.Reader) (Summary, error) {
	var s Summary
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, errors.New("it is not a summary that this version of usersync has written")
	}
	return s, nil
}
