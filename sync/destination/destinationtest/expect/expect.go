// Package expect holds what every answer of a client must keep, for the conformance suite and
// for fuzz targets. No program links it.
//
// Start at Apply and Find.
package expect

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Apply makes the call for b and checks what every answer must keep: there is one
// outcome per record, in order, or a CallError, and no value of a user shows, of the
// records or of the others. It returns nil if the call failed as a whole.
func Apply(t testing.TB, client destination.Destination, b user.Batch, others ...*user.Record) []user.Outcome {
	t.Helper()
	outcomes, err := client.Apply(t.Context(), b)
	if ce := CallError(t, err); ce != nil {
		Hidden(t, ce.Error(), slices.Concat(b.Records, others)...)
		return nil
	}
	if len(outcomes) != len(b.Records) {
		t.Fatalf("%d outcomes for %d records", len(outcomes), len(b.Records))
	}
	for i, o := range outcomes {
		if o.Record != b.Records[i] || o.Status == user.Unsettled {
			t.Fatalf("outcome %d is %+v", i, o)
		}
		// The text about one record is not searched for values of others in the call.
		Hidden(t, o.Code+" "+o.Detail, append(slices.Clone(others), b.Records[i])...)
	}
	return outcomes
}

// Find does the same with a read.
func Find(t testing.TB, client destination.Finder, r *user.Record, others ...*user.Record) (destination.Found, *destination.CallError) {
	t.Helper()
	found, err := client.Find(t.Context(), r)
	ce := CallError(t, err)
	if ce != nil {
		Hidden(t, ce.Error(), append(slices.Clone(others), r)...)
	}
	return found, ce
}

// CallError returns err, which must be nil or a *destination.CallError.
func CallError(t testing.TB, err error) *destination.CallError {
	t.Helper()
	var ce *destination.CallError
	if err != nil && !errors.As(err, &ce) {
		t.Fatalf("the error is a %T and not a *destination.CallError: %v", err, err)
	}
	return ce
}

// Hidden checks that a text shows no control character, and no value of the records
// that is too long to appear by chance.
func Hidden(t testing.TB, text string, records ...*user.Record) {
	t.Helper()
	low := strings.ToLower(text)
	for _, r := range records {
		for field, value := range Values(r) {
			if strings.Contains(low, strings.ToLower(value)) {
				t.Fatalf("the value of %s shows: %s", field, text)
			}
		}
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		t.Fatalf("a control character shows: %q", text)
	}
}

// Values are the texts of a user that must not show, except short and common ones.
func Values(r *user.Record) map[user.Field]string {
	shown := map[user.Field]string{}
	for _, a := range r.User.Attributes {
		text := a.Value.Text
		if list, err := a.Value.List(); err == nil && len(list) == 1 {
			text = list[0]
		}
		if len(text) > 4 && text != "false" {
			shown[a.Field] = text
		}
	}
	for _, s := range r.User.Secrets {
		if text := s.Value.Reveal(); len(text) > 4 {
			shown[s.Field] = text
		}
	}
	return shown
}
