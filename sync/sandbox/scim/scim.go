// Package scim is a mock SCIM 2.0 service provider (RFC 7643, RFC 7644): users, single calls, Bulk, PATCH and simple filters, and also the
// /bulkUpload of Microsoft Entra's inbound provisioning, which accepts users for later and reports on none. It has no groups, stores any attribute
// whatever its schema, and is written from the RFCs, not from the client that it tests.
//
// Start at API.Read for how calls are identified, and at Options for what RFC 7644 leaves to the server.
package scim

import (
	"net/http"
	"net/url"
	"strings"

	"usersync/sync/sandbox"
)

// Options say what the server supports. The zero value supports everything, and Bulk calls of 1000 operations and 1 MiB.
type Options struct {
	MaxOperations int  // per Bulk call; 0 is 1000
	MaxPayload    int  // bytes per Bulk call; 0 is 1 MiB
	NoBulk        bool // and the config says so
	NoPatch       bool // and the config says so
	NoConfig      bool // there is no /ServiceProviderConfig
	AnyOrder      bool // operations are answered in a different order
	ExactNames    bool // filters compare the letter case of userName, although it is unique without (some servers do, against RFC 7643 4.1.1)
}

// API is a mock server with these options. It is safe for concurrent use.
type API struct{ Options Options }

const (
	mediaType     = "application/scim+json"
	userSchema    = "urn:ietf:params:scim:schemas:core:2.0:User"
	errorSchema   = "urn:ietf:params:scim:api:messages:2.0:Error"
	listSchema    = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	patchSchema   = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	requestSchema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	answerSchema  = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
	configSchema  = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	listLimit     = 200
)

// The paths, relative to the base URL.
const (
	usersPath  = "/Users"
	bulkPath   = "/Bulk"
	configPath = "/ServiceProviderConfig"
	uploadPath = "/bulkUpload"
	tokenPath  = "/token"
)

// Traits returns the facts about the API.
func (API) Traits() sandbox.Traits {
	return sandbox.Traits{
		Name: "scim", Title: "a SCIM 2.0 service provider", Vendor: "a service provider", Type: mediaType,
		Shapes: []sandbox.Kind{sandbox.Short, sandbox.Shuffle, sandbox.Foreign, sandbox.NoData, sandbox.NoID, sandbox.Double, sandbox.Number, sandbox.Both},
	}
}

// Read sets the call's operation, key and items, or refuses the call.
func (a API) Read(c *sandbox.Call) *sandbox.Refusal {
	if escaped, is := strings.CutPrefix(c.Path, usersPath+"/"); is {
		return a.readOne(c, escaped)
	}
	switch c.Method + " " + c.Path {
	case "POST " + tokenPath:
		c.Op = sandbox.Token
	case "GET " + configPath, "GET " + usersPath:
		c.Op = sandbox.Read
	case "POST " + usersPath:
		c.Op = sandbox.Create
		return a.readBody(c, "")
	case "POST " + bulkPath:
		return a.readBulk(c, a.Options.NoBulk)
	case "POST " + uploadPath:
		return a.readBulk(c, false)
	default:
		return notFound
	}
	return nil
}

var notFound = &sandbox.Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this path"}

// readOne reads a call about the user in the path.
func (a API) readOne(c *sandbox.Call, escaped string) *sandbox.Refusal {
	key, err := url.PathUnescape(escaped)
	if err != nil || key == "" || strings.Contains(escaped, "/") {
		return notFound
	}
	c.Key = key
	switch c.Method {
	case http.MethodGet:
		c.Op = sandbox.Read
	case http.MethodDelete:
		c.Op = sandbox.Delete
		c.Items = []sandbox.Item{itemOf(c, key, nil)}
	case http.MethodPut, http.MethodPatch:
		c.Op = sandbox.Update
		return a.readBody(c, key)
	default:
		return notFound
	}
	return nil
}

// readBody reads the user of a call.
func (a API) readBody(c *sandbox.Call, key string) *sandbox.Refusal {
	if bad := wrongMedia(c); bad != nil {
		return bad
	}
	data, err := parse(c.Body)
	if err != nil {
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidSyntax", Detail: "The body is not a JSON object"}
	}
	c.Items = []sandbox.Item{itemOf(c, key, data)}
	return nil
}

func wrongMedia(c *sandbox.Call) *sandbox.Refusal {
	given, _, _ := strings.Cut(c.Header.Get("Content-Type"), ";")
	if given != mediaType && given != "application/json" {
		return &sandbox.Refusal{Status: http.StatusUnsupportedMediaType, Detail: "Send application/scim+json"}
	}
	return nil
}

// itemOf returns a user under the caller's own key: externalId, if the request or the stored user has one.
func itemOf(c *sandbox.Call, key string, data object) sandbox.Item {
	held, _ := c.Users.Find(key)
	was, _ := parse(held)
	it := sandbox.Item{ID: key}
	for _, o := range []object{data, was} {
		if id, ok := o.get("externalId").(string); ok && id != "" {
			it.ID = id
			break
		}
	}
	for _, list := range []string{"emails", "phoneNumbers"} {
		elements, _ := data.get(list).([]any)
		for _, e := range elements {
			if o, ok := e.(map[string]any); ok {
				if value, ok := o["value"].(string); ok {
					it.Personal = append(it.Personal, value)
				}
			}
		}
	}
	return it
}

// Apply carries out the call.
func (a API) Apply(c *sandbox.Call) sandbox.Answer {
	switch {
	case c.Path == configPath:
		return a.config(c)
	case c.Path == usersPath && c.Op == sandbox.Read:
		return a.search(c)
	case c.Path == bulkPath:
		return a.bulk(c)
	case c.Path == uploadPath:
		return a.upload(c)
	}
	data, _ := parse(c.Body)
	r := a.do(c, c.Method, c.Key, data, 0)
	if r.refusal != nil {
		return sandbox.JSON(r.refusal.Status, a.Error(c, *r.refusal))
	}
	answer := sandbox.Answer{Status: r.status, Body: r.body}
	if r.key != "" && r.status != http.StatusNoContent {
		answer.Header = http.Header{"Location": {location(c, r.key)}}
	}
	return answer
}

// location returns the URL of a user.
func location(c *sandbox.Call, key string) string {
	return "http://" + c.Host + usersPath + "/" + url.PathEscape(key)
}
