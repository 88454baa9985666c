// Package guard holds the error that all guards share. A guard watches a run, and stops it
// if continuing could do harm; where it is and what it watches is up to the package that
// runs it.
package guard

// Error says that a guard stopped the run and that a person must look into it.
type Error struct {
	Name string // the guard's, such as max_errors
	What string // what it saw, with numbers; holds no personal data
	Hint string // what to do; may be empty
	List string // the path of a file with the users that it is about; empty if there is none
	// Reached is how much there was of what the guard limits; 0 if that is not a number.
	Reached float64
}

// Error returns What.
func (e *Error) Error() string { return e.What }
