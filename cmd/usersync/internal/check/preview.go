package check

import (
	"fmt"
	"io"
	"strings"

	"usersync/cmd/usersync/internal/connect"
	"usersync/sync/destination"
	"usersync/sync/user"
)

// previewer is a client that can show the request for a record without sending it. It
// masks values.
type previewer interface {
	Preview(*user.Record) (destination.Preview, bool)
}

// preview keeps the request of the first valid record.
func (r *Report) preview(to connect.Client, first *user.Record) {
	p, can := to.(previewer)
	if !can || r.document.Request != nil {
		return
	}
	if request, ok := p.Preview(first); ok {
		r.document.Request = &request
	}
}

// request prints the request that preview kept.
func (r *Report) request() {
	p := r.document.Request
	if p == nil || r.asJSON {
		return
	}
	lines := append([]string{p.Method + " " + p.URL}, p.Headers...)
	if p.Body != "" {
		lines = append(append(lines, ""), strings.Split(p.Body, "\n")...)
	}
	_, err := io.WriteString(r.to, fmt.Sprintf("\nthe first row would make this call; its values are masked\n  %s\n", strings.Join(lines, "\n  ")))
	r.keep(err)
}
