package scim

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

const (
	usersPath = "Users"
	// bulkHead and bulkTail enclose the operations of RFC 7644 3.7. failOnErrors is
	// not sent: operations that a server then leaves out would be in doubt.
	bulkHead = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`
	bulkTail = `]}`
)

// method is the call for op (RFC 7644 3.2).
func (e *encoder) method(op user.Op) string {
	switch {
	case op == user.Create || e.config.Upload:
		return http.MethodPost
	case op == user.Delete && !e.config.Deactivate:
		return http.MethodDelete
	case e.patch:
		return http.MethodPatch
	}
	return http.MethodPut
}

// appendBody appends the body of the call for one user; nothing for a DELETE.
func (e *encoder) appendBody(b []byte, op user.Op, r *user.Record) []byte {
	switch e.method(op) {
	case http.MethodPost:
		return resource.Append(b, e.newUser(op, r))
	case http.MethodPut:
		return resource.Append(b, e.replacement(op, r))
	case http.MethodPatch:
		return e.appendPatch(b, op, r, nil)
	}
	return b
}

// newUser is a user as a POST sends it.
func (e *encoder) newUser(op user.Op, r *user.Record) *resource.Object {
	o := &resource.Object{Members: make([]resource.Member, 0, len(r.User.Attributes)+3)}
	o.Set("schemas", &resource.Array{})
	o.Set("externalId", resource.Quote(externalID(r)))
	e.overlay(o, op, r)
	return o
}

// replacement is a user as a PUT sends it: the user as read, if it was, with the record
// on top. It leaves out what only the server sets, except for the id, which some
// servers need to find the user.
func (e *encoder) replacement(op user.Op, r *user.Record) *resource.Object {
	held, ok := r.User.Value(destination.Whole)
	if !ok {
		return e.newUser(op, r)
	}
	tree, err := resource.Parse(jsontext.Value(held.Text))
	o, isObject := tree.(*resource.Object)
	if err != nil || !isObject {
		return e.newUser(op, r)
	}
	o.Drop("meta")
	o.Drop("groups")
	if tellsExternalID(op, r) {
		o.Set("externalId", resource.Quote(externalID(r)))
	}
	e.overlay(o, op, r)
	return o
}

// overlay sets the record's values, and names the schemas that they use.
func (e *encoder) overlay(o *resource.Object, op user.Op, r *user.Record) {
	if op != user.Delete || e.config.Upload {
		for _, l := range e.leaves(r) {
			if l.clear {
				o.Remove(l.Path)
			} else {
				o.Put(l.Path, l.raw)
			}
		}
	}
	if active := e.active(op, r); active != "" {
		o.Set("active", jsontext.Value(active))
	}
	if password, ok := r.User.Secret(user.Password); ok && e.sendsPassword(op, r) {
		o.Set("password", resource.Quote(password.Reveal()))
	}
	o.NameSchemas()
}

// active is the value of active beyond what the record says; "" if there is none. If
// deletes deactivate, sending a user activates it again.
func (e *encoder) active(op user.Op, r *user.Record) string {
	switch _, given := r.User.Value(user.Active); {
	case !e.config.Deactivate:
		return ""
	case op == user.Delete:
		return "false"
	case given:
		return ""
	}
	return "true"
}

// sendsPassword reports whether op sends r's password. An update would restore the first
// password, which the user has changed since.
func (e *encoder) sendsPassword(op user.Op, r *user.Record) bool {
	_, ok := r.User.Secret(user.Password)
	return ok && (op == user.Create || op == user.Update && e.config.Passwords)
}

// externalID is the caller's key of the user: the column external_id, or the id.
func externalID(r *user.Record) string {
	if v, ok := r.User.Value(user.ExternalID); ok {
		if text, err := v.Plain(); err == nil && text != "" && v.Kind != user.Clear {
			return text
		}
	}
	return r.User.ID
}

// tellsExternalID reports whether a call that changes a user carries the caller's key: if the row has
// it, or if the server may know the user under an earlier id. A user whose row names the server's
// key may be from elsewhere.
func tellsExternalID(op user.Op, r *user.Record) bool {
	_, given := r.User.Value(user.ExternalID)
	return given || op != user.Delete && (r.Renamed || r.EarlierID && !r.OwnRemote)
}

// appendOperation appends the operation for one user of a Bulk call. Only a POST has a
// bulkId (RFC 7644 3.7): other operations need not return it.
func (e *encoder) appendOperation(b []byte, op user.Op, i int, r *user.Record) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	method := e.method(op)
	b = append(b, `{"method":"`...)
	b = append(b, method...)
	b = append(b, `","path":`...)
	if method == http.MethodPost {
		b = append(b, `"/Users","bulkId":"`...)
		b = strconv.AppendInt(b, int64(i+1), 10)
		b = append(b, '"')
	} else {
		b = rest.AppendText(b, "/Users/"+url.PathEscape(r.Remote))
	}
	if method != http.MethodDelete {
		b = append(b, `,"data":`...)
		b = e.appendBody(b, op, r)
	}
	return append(b, '}')
}
