//go:build cloud

package bucket

import (
	"errors"
	"testing"

	"usersync/reader/place"
)

// What a bucket is called says nothing about what is wrong.
func TestFailed(t *testing.T) {
	const reset = ": read tcp 192.0.2.1:443: connection reset by peer"
	for text, kind := range map[string]place.Kind{
		`Get "https://credentials.s3.eu-west-1.amazonaws.com/users.csv"` + reset:                                     place.Lost,
		`Get "https://files.example.com/credentials"` + reset:                                                        place.Lost,
		`Get "https://files.example.com/region-eu/users.csv"` + reset:                                                place.Lost,
		`Get "https://files.example.com/checksums/users.csv"` + reset:                                                place.Lost,
		"get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found":                place.Denied,
		"DefaultAzureCredential: failed to acquire a token":                                                          place.Denied,
		"resolve endpoint: endpoint rule error, A region must be set when sending requests to S3.":                   place.Misused,
		"checksum did not match: algorithm CRC32, expect AAAAAA==, actual BBBBBB==":                                  place.Broken,
		`Get "https://region-credentials.example.com/u": get identity: get credentials: request canceled, no region`: place.Denied,
	} {
		if got, _ := place.KindOf(failed(errors.New(text))); got != kind {
			t.Errorf("%s: %v", text, failed(errors.New(text)))
		}
	}
}
