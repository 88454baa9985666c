package advice

import (
	"errors"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/writer"
)

// ExitCode returns the most severe exit code that err and found call for.
func ExitCode(err error, found Result) int {
	if found.Detailed.Asked {
		return found.Detailed.Code(err != nil, len(codesOfResult(found)) > 0)
	}
	codes := slices.Concat(codesOf(err), codesOfSignal(err), codesOfResult(found))
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
	if a, known := on(err); known && a.code != exit.OK {
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

// codesOfSignal is the code of a signal that ended what err is about, whatever that is: an
// error about a setting may be about what was being read when the signal came.
func codesOfSignal(err error) []int {
	if s, ended := errors.AsType[exit.SignalError](err); ended {
		return codesOf(s)
	}
	return nil
}

func codesOfResult(t Result) []int {
	n := t.Outcomes
	var codes []int
	if n.InDoubt > 0 {
		codes = append(codes, exit.Doubt)
	}
	if n.Failed > 0 || !t.Allowed.Covers(n.Invalid+n.Refused-t.Parked, t.Read) {
		codes = append(codes, exit.Rejects)
	}
	return codes
}

// Result is what a command found that decides the exit code without being an error.
type Result struct {
	Outcomes writer.Outcomes
	Parked   int // of the invalid and refused: rows that earlier runs met as well, and that are listed
	Read     int
	Allowed  quantity.Share
	Detailed exit.Detailed
}
