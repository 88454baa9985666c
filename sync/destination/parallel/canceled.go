package parallel

import (
	"context"
	"errors"
)

// OnlyCanceled reports whether err says nothing but that its work was canceled. An error that
// joins a cancellation with another one says more. It is false for nil.
func OnlyCanceled(err error) bool {
	switch e := err.(type) {
	case nil:
		return false
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			if part != nil && !OnlyCanceled(part) {
				return false
			}
		}
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return OnlyCanceled(inner)
		}
	}
	return errors.Is(err, context.Canceled)
}
