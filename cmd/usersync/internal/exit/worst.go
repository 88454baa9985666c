package exit

import (
	"fmt"
	"strings"
)

// WorstError says that several runs have ended, and carries the most severe of their
// exit codes. Each run has reported its own error.
type WorstError struct {
	Code int
	how  []string
}

// Error names each run that did not succeed, and its exit code.
func (e *WorstError) Error() string { return "runs ended: " + strings.Join(e.how, ", ") }

// Worst returns a *WorstError, or nil if all codes are OK. names are the names of the
// runs, in the order of codes.
func Worst(names []string, codes []int) error {
	e := &WorstError{}
	for _, m := range Meanings() {
		for i, code := range codes {
			if code == m.Code && code != OK {
				e.how = append(e.how, fmt.Sprintf("%s with exit code %d", names[i], code))
				if e.Code == OK {
					e.Code = code
				}
			}
		}
	}
	if e.Code == OK {
		return nil
	}
	return e
}
