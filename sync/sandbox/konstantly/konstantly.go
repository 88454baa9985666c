// Package konstantly is a mock server for Konstantly's users API, openapi/v1, with the sandbox's faults, quota and state.
//
// It is written from the vendor's API reference (which calls itself a beta) and shares nothing with the client. Where the reference leaves a choice,
// Options decide. It is not the vendor's service: it stores no passwords, assigns no courses and sends no mail.
//
// Start at New; users.go holds what each call does, schema.go the custom attributes of the mock site.
package konstantly

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"usersync/sync/sandbox"
)

// Options decide where the reference leaves a choice. The zero value refuses a taken e-mail with 400, answers a PATCH without a body and has no limit
// on users.
type Options struct {
	Taken   int  // the status for an e-mail or id that is taken; 0 is 400
	Shows   bool // a PATCH is answered with the user
	Licence int  // the most active users; 0 is no limit
}

// New returns the API. It is safe for concurrent use.
func New(o Options) sandbox.API {
	if o.Taken == 0 {
		o.Taken = http.StatusBadRequest
	}
	return &api{Options: o}
}

type api struct{ Options }

func (*api) Traits() sandbox.Traits {
	return sandbox.Traits{
		Name: "konstantly", Title: "Konstantly's users API", Vendor: "Konstantly",
		Headers: []sandbox.HeaderStyle{sandbox.RateLimitEpoch},
	}
}

// Authorize asks for the header X-API-KEY.
func (*api) Authorize(c *sandbox.Call) *sandbox.Refusal {
	key, want := c.Header.Get("X-API-KEY"), c.Options().Token
	if key != "" && (want == "" || key == want) {
		return nil
	}
	return &sandbox.Refusal{Status: http.StatusUnauthorized, Detail: "The API key is missing or wrong"}
}

const root = "/openapi/v1/"

// Read identifies the call by its path and method, and reads the body if there must be one.
func (a *api) Read(c *sandbox.Call) *sandbox.Refusal {
	rest, ok := strings.CutPrefix(c.Path, root)
	parts := strings.Split(rest, "/")
	for i, part := range parts {
		text, err := url.PathUnescape(part)
		if ok = ok && err == nil && text != ""; !ok {
			return noSuchPath()
		}
		parts[i] = text
	}
	if !ok {
		return noSuchPath()
	}
	if rest == "custom/attributes/users" {
		return only(c, http.MethodGet, sandbox.Read)
	}
	if parts[0] != "users" {
		return noSuchPath()
	}
	return route(c, parts[1:])
}

func noSuchPath() *sandbox.Refusal {
	return &sandbox.Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this path"}
}

func only(c *sandbox.Call, method string, op sandbox.Op) *sandbox.Refusal {
	if c.Method != method {
		return &sandbox.Refusal{Status: http.StatusMethodNotAllowed, Detail: "This path does not take this method"}
	}
	c.Op = op
	return nil
}

// route sets the operation and the key. A block counts as a delete, and an unblock as an update.
func route(c *sandbox.Call, parts []string) *sandbox.Refusal {
	switch {
	case len(parts) == 0 && c.Method == http.MethodGet:
		c.Op = sandbox.Read
		return nil
	case len(parts) == 0:
		return withBody(c, http.MethodPost, sandbox.Create)
	case len(parts) == 1 && parts[0] == "blocked":
		return withBody(c, http.MethodPost, sandbox.Delete)
	case len(parts) == 2 && parts[0] == "blocked":
		c.Key = parts[1]
		return only(c, http.MethodDelete, sandbox.Update)
	case len(parts) == 2 && parts[0] == "byEmail":
		return only(c, http.MethodGet, sandbox.Read)
	case len(parts) > 1:
		return noSuchPath()
	}
	c.Key = parts[0]
	switch c.Method {
	case http.MethodGet:
		c.Op = sandbox.Read
	case http.MethodDelete:
		c.Op = sandbox.Delete
	default:
		return withBody(c, http.MethodPatch, sandbox.Update)
	}
	return nil
}

// withBody reads the user in the body.
func withBody(c *sandbox.Call, method string, op sandbox.Op) *sandbox.Refusal {
	if refusal := only(c, method, op); refusal != nil {
		return refusal
	}
	var body struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Email string `json:"email"`
	}
	var any map[string]json.RawMessage
	if json.Unmarshal(c.Body, &any) != nil || any == nil {
		return &sandbox.Refusal{Status: http.StatusBadRequest, Detail: "The body is not a JSON object"}
	}
	_ = json.Unmarshal(c.Body, &body) // members of other types are refused later
	if body.ID == "" {
		body.ID = c.Key
	}
	item := sandbox.Item{ID: body.ID}
	for _, v := range []string{body.Email, body.Name} {
		if v != "" {
			item.Personal = append(item.Personal, v)
		}
	}
	c.Items = append(c.Items, item)
	if c.Key == "" && op != sandbox.Create {
		c.Key = body.ID
	}
	return nil
}

// Error returns {"status":400,"message":"...","errors":{"email":["..."]}}.
func (*api) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	if r.Field == "" {
		return failure(r.Status, r.Detail, nil)
	}
	return failure(r.Status, "Validation failed", map[string][]string{r.Field: {r.Detail}})
}

func failure(status int, message string, errors map[string][]string) []byte {
	return encode(struct {
		Status  int                 `json:"status"`
		Message string              `json:"message"`
		Errors  map[string][]string `json:"errors,omitempty"`
	}{status, message, errors})
}

// encode cannot fail: its values come from parsed JSON.
func encode(v any) []byte {
	text, _ := json.Marshal(v)
	return text
}
