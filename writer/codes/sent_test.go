package codes_test

import (
	"testing"

	"usersync/writer/codes"
)

// What an API calls its refusal is not explained by a rule about rows that are not sent.
func TestOfSent(t *testing.T) {
	for code, want := range map[string]bool{
		"bad_request": false, "bad_reward": false, "bad_email": false, "not_text": false, "no_id": false, "ragged": false, "parked": false, "protected": false, "superseded": false,
		"no_such_code": false, "replayed": true, "exists": true, "http_400": true, "no_answer": true, "licence_limit": true,
	} {
		if e, known := codes.OfSent(code); known != want {
			t.Errorf("%s: %v, %q", code, known, e.Meaning)
		}
		if _, known := codes.Lookup(code); !known && code != "no_such_code" {
			t.Errorf("%s is no code", code)
		}
	}
}
