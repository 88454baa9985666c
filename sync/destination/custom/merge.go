package custom

import (
	"errors"

	"usersync/sync/destination/custom/internal/document"
)

var errNotMerge = errors.New("must be true, false or named")

// merge reads whether an update sends back what the row leaves out: all that is
// shown, or (named) only the fields that the call names.
func merge(to *call) func(document.Node) error {
	return func(a document.Node) error {
		if a.Value == "named" {
			to.merge, to.mergeNamed = true, true
			return nil
		}
		if document.Boolean(&to.merge)(a) != nil {
			return a.Wrong(errNotMerge)
		}
		return nil
	}
}
