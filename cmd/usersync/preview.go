package main

import (
	"fmt"
	"io"
	"strings"

	"usersync/cmd/usersync/internal/connect"
	"usersync/sync/destination"
	"usersync/sync/user"
)

// previewer is a client that can show the request that a record would make,
// without making it. What it shows is masked.
type previewer interface {
	Preview(*user.Record) (destination.Preview, bool)
}

// preview keeps the request of the first record that fits.
func (f *finding) preview(to connect.Client, r *user.Record) {
	p, can := to.(previewer)
	if !can || f.document.Request != nil {
		return
	}
	if request, ok := p.Preview(r); ok {
		f.document.Request = &request
	}
}

// request shows what preview kept.
func (f *finding) request() {
	p := f.document.Request
	if p == nil || f.asJSON {
		return
	}
	lines := append([]string{p.Method + " " + p.URL}, p.Headers...)
	if p.Body != "" {
		lines = append(append(lines, ""), strings.Split(p.Body, "\n")...)
	}
	_, err := io.WriteString(f.to, fmt.Sprintf("\nthe first row would make this call; what it holds is masked\n  %s\n", strings.Join(lines, "\n  ")))
	f.keep(err)
}
