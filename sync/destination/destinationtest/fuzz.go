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

// Fixed is a transport that gives one answer to every call, for fuzz targets of
// what reads answers.
type Fixed struct {
	Status int
	Body   string
}

// Set takes any number for a status of an answer, 200 to 599.
func (f *Fixed) Set(number int, body string) {
	f.Status, f.Body = 200+(number%400+400)%400, body
}

// RoundTrip reads the request to its end and gives the answer.
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

// Fuzzed makes the call of b, and holds whatever came of it to what every answer
// must keep: it is one outcome a record, each in its place, or a CallError; and no
// value of a user shows, neither of the records nor of the others. Without
// outcomes the call failed as a whole.
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
		// The values of others in the call are not looked for in the words about one.
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
		t.Fatalf("the error is a %T and no *destination.CallError: %v", err, err)
	}
	return ce
}

// Hidden holds a text to show no value of the records that is long enough not to
// stand there by chance, and no control character.
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
