package engine

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// PanicError is a panic, which is a bug, as an error that ends the run in good order. A
// process that crashes exits with code 2, which has another meaning. Its text holds no
// value of a user.
type PanicError struct{ what, where string }

// Error says what panicked, and where.
func (e *PanicError) Error() string {
	return "a bug in usersync, please report it: " + e.what + " in " + e.where
}

// onPanic hands over a panic as an error. It must be deferred itself.
func onPanic(end func(error)) {
	if v := recover(); v != nil {
		end(Recovered(v))
	}
}

// Recovered returns what recover has returned as an error. Call it in the deferred
// function that recovers, or in one that it calls.
func Recovered(value any) *PanicError {
	callers := make([]uintptr, 64)
	callers = callers[:runtime.Callers(2, callers)]
	if other, ok := value.(interface{ Panic() (any, []uintptr) }); ok { // passed on by another goroutine
		value, callers = other.Panic()
	}
	e := &PanicError{what: fmt.Sprintf("panic of type %T", value), where: "an unknown place"}
	if err, ok := value.(runtime.Error); ok { // its text holds types and numbers alone
		e.what = err.Error()
	}
	frames := runtime.CallersFrames(callers)
	panicked := false
	for {
		f, more := frames.Next()
		if panicked && !strings.HasPrefix(f.Function, "runtime.") {
			e.where = fmt.Sprintf("%s, %s:%d", path.Base(f.Function), path.Base(f.File), f.Line)
			return e
		}
		panicked = panicked || f.Function == "runtime.gopanic"
		if !more {
			return e
		}
	}
}
