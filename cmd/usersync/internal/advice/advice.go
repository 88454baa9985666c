// Package advice holds the one table from an error to its exit code, its hint and the next
// command.
//
// It prints nothing and ends nothing: the commands do. Start at errorKinds in errors.go.
package advice

import (
	"errors"
	"iter"

	"usersync/cmd/usersync/internal/exit"
)

// advice is what a kind of error means to the person who started the command.
type advice struct {
	code int // 0 leaves the exit code to what the error wraps
	// printed says that hint and next are printed wherever the error occurs.
	printed    bool
	hint, next string
	// runHint is the hint when the error stopped a run.
	runHint string
	// step is the next command after such a run; stepByCode leaves it to the exit code.
	step Step
}

// errorKind gives the advice on errors of one kind. It looks at err itself, not at
// what err wraps, and returns false for errors of other kinds.
type errorKind func(err error) (advice, bool)

// on looks up err itself, not what it wraps.
func on(err error) (advice, bool) {
	for _, k := range errorKinds() {
		if a, known := k(err); known {
			return a, true
		}
	}
	return advice{}, false
}

// Hint is the hint for a run that err stopped; empty if there is none.
func Hint(err error) string {
	for _, k := range errorKinds() {
		for e := range chain(err) {
			if a, known := k(e); known && a.runHint != "" {
				return a.runHint
			}
		}
	}
	if printed, ok := Printed(err); ok {
		return printed.Hint
	}
	return ""
}

// Printed is the advice of the outermost error in err whose advice is printed
// wherever it occurs.
func Printed(err error) (*exit.Error, bool) {
	for e := range chain(err) {
		if a, known := on(e); known && a.printed {
			return &exit.Error{Err: e, Code: a.code, Hint: a.hint, Next: a.next}, true
		}
	}
	return nil, false
}

// chain yields err and everything it wraps, outermost first, in the order of
// errors.As.
func chain(err error) iter.Seq[error] {
	return func(yield func(error) bool) { walk(err, yield) }
}

func walk(err error, yield func(error) bool) bool {
	if err == nil {
		return true
	}
	if !yield(err) {
		return false
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			if !walk(e, yield) {
				return false
			}
		}
		return true
	}
	return walk(errors.Unwrap(err), yield)
}

// Step is the kind of command to run after a run.
type Step int

// The steps. The zero Step leaves the command to the exit code.
const (
	stepByCode Step = iota
	StepResume
	StepPlan
	StepDeletes // look at the users that the input deletes
	StepNew     // start a new run
	StepRetry   // send the rejects again
	StepCheck   // check the address and the credentials
)

// StepAfter is the step of the outermost error in err that has one; otherwise the zero Step.
func StepAfter(err error) Step {
	for e := range chain(err) {
		if a, known := on(e); known && a.step != stepByCode {
			return a.step
		}
	}
	return stepByCode
}
