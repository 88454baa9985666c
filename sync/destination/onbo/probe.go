package onbo

import (
	"context"
	"errors"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
)

var errSilent = errors.New("the API answers no call that it cannot authenticate: check onbo.auth.client_id and secret_key, that they belong to base_url, and the network")

// Probe reads the first page of users, of one user, and ignores it. Onbo does not answer
// a call with a wrong signature at all (Onbo API reference, Authentication), so any
// answer but 401 and 403 proves the credentials. Its error is a *destination.CallError.
func (c *Client) Probe(ctx context.Context) error {
	a, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: []string{collection}, Query: "limit=1"}, &c.probe)
	if err == nil {
		a.Release()
		return nil
	}
	ce, ok := errors.AsType[*destination.CallError](err)
	switch {
	case !ok || ce.Fault == destination.Denied || ctx.Err() != nil:
		return err
	case ce.Status == http.StatusNotImplemented:
		return nil
	case ce.Status == 0 && ce.Fault == destination.PerhapsTaken: // it reached the API, and no answer came
		silent := *ce
		silent.Err = errSilent
		return &silent
	}
	return err
}
