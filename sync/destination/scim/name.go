package scim

import "usersync/sync/user"

// Name returns the userName, which is unique among the users of a server.
func (c *Client) Name(r *user.Record) string {
	v, _ := r.User.Value(user.UserName)
	userName, err := v.Plain()
	if err != nil {
		return ""
	}
	return userName
}
