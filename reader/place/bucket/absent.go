//go:build !cloud

package bucket

import "usersync/reader/place"

// New returns the error that this program cannot open buckets.
func New(string) (place.Store, error) { return nil, errAbsent() }

func errAbsent() error {
	return &place.Error{Kind: place.Misused, Rule: "is in a bucket, and this program was built without the tag cloud", Hint: "use the image or the package, which have it; or build with -tags cloud"}
}
