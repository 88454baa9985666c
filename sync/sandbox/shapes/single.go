package shapes

import (
	"net/http"

	"usersync/sync/sandbox"
)

// single is the plainest API for users: one user per call, HTTP's own statuses, and
// keys that it assigns. The caller's key is a field like any other: users can be
// looked up by it, but it need not be unique. It belongs to no vendor.
type single struct{}

const reference = "reference"

func (single) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "single", Title: "an API of one user per call", Vendor: "anybody"}
}

func (single) Read(c *sandbox.Call) *sandbox.Refusal {
	key, one := segment(c.Path, "/users/")
	switch {
	case c.Path == "/users" && c.Method == http.MethodGet:
		c.Op = sandbox.Read
		return nil
	case c.Path == "/users" && c.Method == http.MethodPost:
		c.Op = sandbox.Create
	case one && c.Method == http.MethodPatch:
		c.Op, c.Key = sandbox.Update, key
	case one && c.Method == http.MethodDelete:
		c.Op, c.Key = sandbox.Delete, key
		return nil
	default:
		return noSuchPath()
	}
	user := fieldsOf(c.Body)
	if user.text(reference) == "" {
		return malformed("A user must have a reference")
	}
	c.Items = append(c.Items, sandbox.Item{ID: user.text(reference), Personal: []string{user.text("email"), user.text("name")}})
	return nil
}

func (s single) Apply(c *sandbox.Call) sandbox.Answer {
	switch c.Op {
	case sandbox.Read:
		return s.search(c)
	case sandbox.Delete:
		if _, found := c.Users.Delete(c.Key); !found {
			return s.missing(c)
		}
		return sandbox.Answer{Status: http.StatusNoContent}
	case sandbox.Update:
		var now []byte
		found, err := c.Users.Update(c.Key, func(old []byte) ([]byte, []sandbox.LookupKey, error) {
			now = merge(old, fieldsOf(c.Body))
			return now, s.lookupKeys(now), nil
		})
		switch {
		case err != nil:
			return sandbox.JSON(http.StatusConflict, s.Error(c, sandbox.Refusal{Detail: err.Error()}))
		case !found:
			return s.missing(c)
		}
		return sandbox.JSON(http.StatusOK, s.shown(c.Key, now))
	}
	key, user := c.NewKey(), merge(nil, fieldsOf(c.Body))
	if err := c.Users.Create(key, user, s.lookupKeys(user)...); err != nil {
		return sandbox.JSON(http.StatusConflict, s.Error(c, sandbox.Refusal{Detail: err.Error()}))
	}
	return sandbox.JSON(http.StatusCreated, s.shown(key, user))
}

// lookupKeys returns the keys by which users are found: the reference. Two users may have
// the same one: such an API creates a second user when asked twice.
func (single) lookupKeys(user []byte) []sandbox.LookupKey {
	return []sandbox.LookupKey{{Name: reference, Value: fieldsOf(user).text(reference)}}
}

func (single) shown(key string, user []byte) []byte {
	return merge(user, fields{"id": encode(key)})
}

func (s single) search(c *sandbox.Call) sandbox.Answer {
	users := []any{}
	for _, key := range c.Users.With(reference, c.URL.Query().Get(reference)) {
		if user, found := c.Users.Find(key); found {
			users = append(users, fieldsOf(s.shown(key, user)))
		}
	}
	return answer(http.StatusOK, map[string]any{"users": users})
}

func (s single) missing(c *sandbox.Call) sandbox.Answer {
	return sandbox.JSON(http.StatusNotFound, s.Error(c, sandbox.Refusal{Detail: "There is no such user"}))
}

func (single) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	return encode(map[string]any{"error": map[string]any{"code": "", "message": r.Detail}})
}
