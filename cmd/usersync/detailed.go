package main

import (
	"slices"
	"strconv"
	"strings"

	"usersync/cmd/usersync/internal/exit"
)

// detailed is what `usersync plan --detailed-exitcode` answers by its exit code, as
// Terraform does: 0 nothing to do, 1 an error, 2 changes. An error is 1 whatever it
// is, also one of the command line, so that 2 says one thing only.
type detailed struct {
	asked   bool
	changes bool
}

const detailedFlag = "--detailed-exitcode"

// asksDetailed looks at the command line before it is known to be right.
func asksDetailed(args []string) bool {
	asked := slices.ContainsFunc(args, func(a string) bool {
		name, value, valued := strings.Cut(a, "=")
		yes, err := strconv.ParseBool(value)
		return name == detailedFlag && (!valued || yes && err == nil)
	})
	return asked && slices.Contains(args, "plan")
}

func (d detailed) code(err error, found tally) int {
	switch {
	case err != nil:
		return exit.Internal
	case d.changes:
		return exit.Misuse
	case len(codesOfTally(found)) > 0:
		return exit.Internal // nothing to send, and somebody has to look at the rejected rows
	}
	return exit.OK
}
