//go:build cloud

package bucket

import (
	"runtime"

	"usersync/reader/place"
)

// guarded calls a library. The libraries panic where an answer lacks what its protocol demands,
// such as the time of an object in a list; that is an error of the server, and not of this
// program.
func guarded[T any](call func() (T, error)) (v T, err error) {
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case runtime.Error:
			err = &place.Error{Kind: place.Broken, Rule: "cannot be read: an answer of its cloud lacks what the protocol demands, such as the time or the size of an object",
				Hint: "check that endpoint is that of a store, and not of a proxy or of a program that only resembles one", Err: fault}
		default:
			panic(fault)
		}
	}()
	return call()
}
