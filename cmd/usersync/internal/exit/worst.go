package exit

import (
	"fmt"
	"strings"
)

// WorstError says that several runs are over, and carries the worst of their exit
// codes. Each has told its own error.
type WorstError struct {
	Code int
	how  []string
}

// Error names each run that did not go well, and its exit code.
func (e *WorstError) Error() string { return "runs ended: " + strings.Join(e.how, ", ") }

// Worst returns a *WorstError, or nil if all of codes are OK. Names are those of the
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
