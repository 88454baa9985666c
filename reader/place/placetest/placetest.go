// Package placetest reads what is at a URL, for tests of the protocols. No program
// links it.
package placetest

import (
	"errors"
	"io"
	"testing"

	"usersync/reader/place"
)

// Read reads all that is at a URL. There is an error unless the bytes are those of one version
// of the object, and all of them.
func Read(t testing.TB, o *place.Opener, url string) ([]byte, error) {
	t.Helper()
	r, err := o.Open(t.Context(), o.Add(url))
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	if err == nil {
		err = r.Check()
	}
	return b, errors.Join(err, r.Close())
}
