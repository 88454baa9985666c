package scim

import (
	"errors"
	"net/http"
	"strings"

	"usersync/sync/sandbox"
)

// result is the result of one operation.
type result struct {
	status  int
	key     string
	body    []byte // the user, where there is one to show
	refusal *sandbox.Refusal
}

func refuse(status int, code, detail string) result {
	return result{refusal: &sandbox.Refusal{Status: status, Code: code, Detail: detail}}
}

// do carries out one operation on users: a single call, or one of a bulk call (RFC 7644 3.2).
func (a API) do(c *sandbox.Call, method, key string, data object, i int) result {
	switch method {
	case http.MethodGet:
		body, found := c.Users.Find(key)
		if !found {
			return missing(key)
		}
		return result{status: http.StatusOK, key: key, body: body}
	case http.MethodPost:
		return a.create(c, data, i)
	case http.MethodPut:
		return a.change(c, key, i, func(old object) (object, *sandbox.Refusal) { return replaced(old, data) })
	case http.MethodPatch:
		if a.Options.NoPatch {
			return refuse(http.StatusNotImplemented, "", "This server has no PATCH")
		}
		return a.change(c, key, i, func(old object) (object, *sandbox.Refusal) { return patched(old, data) })
	case http.MethodDelete:
		if _, found := c.Users.Delete(key); !found {
			return missing(key)
		}
		return result{status: http.StatusNoContent, key: key}
	}
	return refuse(http.StatusBadRequest, "invalidSyntax", "There is no such method")
}

func missing(key string) result {
	r := refuse(http.StatusNotFound, "", "Resource not found")
	r.key = key
	return r
}

func (a API) create(c *sandbox.Call, data object, i int) result {
	if bad := invalid(data); bad != nil {
		return result{refusal: said(c, i, bad)}
	}
	key := c.NewKey()
	for name, v := range data {
		if v == nil {
			return refuse(http.StatusBadRequest, "invalidValue", name+" is null in a create") // RFC 7643 2.5 allows it, but it is probably a mistake
		}
	}
	data = cleaned(data)
	data["id"] = key
	data["meta"] = map[string]any{"resourceType": "User", "location": location(c, key)}
	body := encode(data)
	if err := c.Users.Create(key, body, lookupKeys(data)...); err != nil {
		return result{refusal: said(c, i, taken(err))}
	}
	return result{status: http.StatusCreated, key: key, body: body}
}

// change replaces a user by the result of to.
func (a API) change(c *sandbox.Call, key string, i int, to func(object) (object, *sandbox.Refusal)) result {
	var body []byte
	var bad *sandbox.Refusal
	found, err := c.Users.Update(key, func(was []byte) ([]byte, []sandbox.LookupKey, error) {
		old, err := parse(was)
		if err != nil {
			return nil, nil, err
		}
		var now object
		if now, bad = to(old); bad == nil {
			bad = invalid(now)
		}
		if bad != nil {
			return nil, nil, errRefused
		}
		now["id"], now["meta"] = old["id"], old["meta"]
		body = encode(now)
		return body, lookupKeys(now), nil
	})
	switch {
	case bad != nil:
		return result{key: key, refusal: said(c, i, bad)}
	case err != nil:
		return result{key: key, refusal: said(c, i, taken(err))}
	case !found:
		return missing(key)
	}
	return result{status: http.StatusOK, key: key, body: body}
}

var errRefused = errors.New("refused")

// said adds what a fault makes the server repeat.
func said(c *sandbox.Call, i int, r *sandbox.Refusal) *sandbox.Refusal {
	again := *r
	again.Detail = c.ErrorText(i, r.Detail)
	return &again
}

// taken returns the refusal of RFC 7644 3.3 and 3.12.
func taken(err error) *sandbox.Refusal {
	return &sandbox.Refusal{Status: http.StatusConflict, Code: "uniqueness", Detail: err.Error()}
}

// invalid says why a user cannot be stored.
func invalid(data object) *sandbox.Refusal {
	switch {
	case !data.has(userSchema):
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidSyntax", Detail: "schemas does not name the User schema"}
	case strings.TrimSpace(data.text("userName")) == "":
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidValue", Field: "userName", Detail: "userName is required"}
	}
	if id := data.get("externalId"); id != nil && data.text("externalId") == "" {
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidValue", Field: "externalId", Detail: "externalId is not a string"}
	}
	if active := data.get("active"); active != nil && active != true && active != false {
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidValue", Field: "active", Detail: "active is not a boolean"}
	}
	return nil
}

// cleaned leaves out attributes that the server sets itself, that it never shows, or that have no value.
func cleaned(data object) object {
	now := object{}
	for name, v := range data {
		switch strings.ToLower(name) {
		case "id", "meta", "groups", "password":
			continue
		}
		if list, ok := v.([]any); v != nil && (!ok || len(list) > 0) {
			now[name] = v
		}
	}
	return now
}

// replaced carries out a PUT: attributes that it leaves out are removed (RFC 7644 3.5.1).
func replaced(_, data object) (object, *sandbox.Refusal) { return cleaned(data), nil }

// lookupKeys returns the keys by which a user is found. userName is unique whatever the letter case (RFC 7643 4.1.1); externalId is up to the client.
func lookupKeys(data object) []sandbox.LookupKey {
	return []sandbox.LookupKey{
		{Name: "userName", Value: strings.ToLower(data.text("userName")), Unique: true},
		{Name: "externalId", Value: data.text("externalId")},
	}
}
