package destinationtest

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Fixed is a transport that gives the same answer to every call, for fuzz targets of
// code that reads answers.
type Fixed struct {
	Status int
	Body   string
}

// Set sets the answer; it maps any number to a status from 200 to 599.
func (f *Fixed) Set(number int, body string) {
	f.Status, f.Body = 200+(number%400+400)%400, body
}

// RoundTrip reads the request to its end and returns the answer.
func (f *Fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	if err := r.Body.Close(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: f.Status, Header: http.Header{}, ContentLength: int64(len(f.Body)), Body: io.NopCloser(strings.NewReader(f.Body)), Request: r,
	}, nil
}

// Fuzzed makes the call for b and checks what every answer must keep: there is one
// outcome per record, in order, or a CallError, and no value of a user shows, of the
// records or of the others. It returns nil if the call failed as a whole.
func Fuzzed(t testing.TB, client destination.Destination, b user.Batch, others ...*user.Record) []user.Outcome {
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

// FuzzedFind does the same with a read.
func FuzzedFind(t testing.TB, client destination.Finder, r *user.Record, others ...*user.Record) (destination.Found, *destination.CallError) {
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
		for field, value := range values(r) {
			if strings.Contains(low, strings.ToLower(value)) {
				t.Fatalf("the value of %s shows: %s", field, text)
			}
		}
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		t.Fatalf("a control character shows: %q", text)
	}
}
