// Package scheme says which store is for which scheme of a URL. It is the only package that
// knows them all. Start at Stores.
package scheme

import (
	"usersync/reader/place"
	"usersync/reader/place/bucket"
	"usersync/reader/place/sftp"
	"usersync/reader/place/web"
)

// Stores returns the store for a scheme, or a *place.Error.
func Stores(name string, c place.Credentials) (place.Store, error) {
	switch name {
	case "https", "http":
		return web.New(c.Token), nil
	case "sftp":
		return sftp.New(c)
	case "s3", "gs", "azblob":
		return bucket.New(name)
	}
	return nil, &place.Error{Kind: place.Misused, Rule: "is a URL of a kind that is not read", Hint: "use https, s3, gs, azblob or sftp, or a local path"}
}
