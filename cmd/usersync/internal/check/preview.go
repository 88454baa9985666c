package check

import (
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
func (f *Findings) preview(to connect.Client, first *user.Record) {
	p, can := to.(previewer)
	if !can || f.request != nil {
		return
	}
	if request, ok := p.Preview(first); ok {
		f.request = &request
	}
}
