package stage

import (
	"io"
	"net/http"
	"strings"
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
