package custom

import (
	"net/url"
	"slices"
	"strings"

	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/user"
)

// Name returns the request that looks the user up, unless that holds the API's key or our
// id.
func (c *Client) Name(r *user.Record) string {
	n := c.config.read
	if n == nil || slices.Contains(n.Names(), request.Remote) || slices.Contains(n.Names(), user.ID) {
		return ""
	}
	q, err := c.request(&n.Request, &n.shown.Layout, []*user.Record{r})
	if err != nil {
		return ""
	}
	name := url.PathEscape(strings.Join(q.Path, "/")) + "?" + q.Query
	if q.Append == nil {
		return name
	}
	return name + " " + string(q.Append(nil))
}
