package exit

import (
	"slices"
	"strconv"
	"strings"
)

// Detailed is the exit code of `usersync plan --detailed-exitcode`, like Terraform's:
// 0 nothing to do, 1 an error, 2 changes. Every error is 1, even one in the command
// line, so that 2 means only one thing.
type Detailed struct {
	Asked   bool
	Changes bool // there are users to send
}

// DetailedFlag requests a Detailed exit code.
const DetailedFlag = "--detailed-exitcode"

// AsksDetailed looks at the command line before it is known to be right.
func AsksDetailed(args []string) bool {
	asked := slices.ContainsFunc(args, func(a string) bool {
		name, value, valued := strings.Cut(a, "=")
		yes, err := strconv.ParseBool(value)
		return name == DetailedFlag && (!valued || yes && err == nil)
	})
	return asked && slices.Contains(args, "plan")
}

// Code is the exit code of a plan. Rejected rows without changes count as an error,
// because someone has to look at them.
func (d Detailed) Code(failed, rejected bool) int {
	switch {
	case failed:
		return Internal
	case d.Changes:
		return Misuse
	case rejected:
		return Internal
	}
	return OK
}
