package main

import (
	"errors"

	"usersync/cmd/usersync/internal/exit"
)

// exitCode returns the most severe exit code that err and found call for.
func exitCode(err error, found result) int {
	if found.detailed.Asked {
		return found.detailed.Code(err != nil, len(codesOfResult(found)) > 0)
	}
	codes := append(codesOf(err), codesOfResult(found)...)
	for _, m := range exit.Meanings() {
		for _, c := range codes {
			if c == m.Code {
				return c
			}
		}
	}
	return exit.OK
}

// codesOf collects the codes of all errors in err, because several can apply. An
// error that is not in the table is internal, so that nothing unknown passes for a
// success.
func codesOf(err error) []int {
	if err == nil {
		return nil
	}
	if a, known := adviceOn(err); known && a.code != exit.OK {
		return []int{a.code}
	}
	if both, ok := err.(interface{ Unwrap() []error }); ok {
		var codes []int
		for _, e := range both.Unwrap() {
			codes = append(codes, codesOf(e)...)
		}
		return codes
	}
	if inner := errors.Unwrap(err); inner != nil {
		return codesOf(inner)
	}
	return []int{exit.Internal}
}

func codesOfResult(t result) []int {
	n := t.outcomes
	var codes []int
	if n.InDoubt > 0 {
		codes = append(codes, exit.Doubt)
	}
	if n.Failed > 0 || !t.allowed.Covers(n.Invalid+n.Refused, t.read) {
		codes = append(codes, exit.Rejects)
	}
	return codes
}
