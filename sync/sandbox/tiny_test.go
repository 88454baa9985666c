package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// tiny is the smallest API unlike Kard: one user per call, or several under /all, and it assigns keys itself.
type tiny struct{}

type tinyUser struct {
	UUID  string `json:"uuid,omitempty"`
	Email string `json:"email"`
}

func (tiny) Traits() Traits {
	return Traits{Name: "tiny", Title: "the Tiny API", Vendor: "Tiny", Type: "application/tiny+json", Shapes: []Kind{Short, Shuffle, Foreign, Conflict}}
}

func (tiny) Read(c *Call) *Refusal {
	key, isUser := strings.CutPrefix(c.Path, "/users/")
	switch {
	case c.Path == "/token":
		c.Op = Token
	case isUser && c.Method == http.MethodGet:
		c.Op, c.Key = Read, key
	case isUser && c.Method == http.MethodDelete:
		c.Op, c.Key = Delete, key
	case isUser && c.Method == http.MethodPatch:
		c.Op, c.Key = Update, key
	case c.Method == http.MethodPost && (c.Path == "/users" || c.Path == "/all"):
		c.Op, c.Bulk = Create, c.Path == "/all"
	default:
		return &Refusal{Status: http.StatusNotFound, Detail: "Nothing here"}
	}
	if c.Op != Create && c.Op != Update {
		return nil
	}
	for line := range strings.Lines(string(c.Body)) {
		var u tinyUser
		if json.Unmarshal([]byte(line), &u) != nil {
			return &Refusal{Status: http.StatusBadRequest, Detail: "Not JSON"}
		}
		c.Items = append(c.Items, Item{ID: u.Email, Personal: []string{u.Email}})
	}
	return nil
}

func (a tiny) Apply(c *Call) Answer {
	switch {
	case c.Op == Delete:
		if _, found := c.Users.Delete(c.Key); !found {
			return JSON(404, a.Error(c, Refusal{Status: 404, Detail: "No such user"}))
		}
		return Answer{Status: http.StatusNoContent}
	case c.Op == Read:
		attributes, found := c.Users.Find(c.Key)
		if !found {
			return JSON(404, a.Error(c, Refusal{Status: 404, Detail: "No such user"}))
		}
		return JSON(200, attributes)
	case c.Op == Update:
		return a.update(c)
	case c.Bulk:
		return a.all(c)
	}
	body, status := a.create(c, 0)
	return JSON(status, body)
}

func (a tiny) update(c *Call) Answer {
	found, err := c.Users.Update(c.Key, func([]byte) ([]byte, []LookupKey, error) {
		return c.Body, []LookupKey{{Name: "email", Value: c.Items[0].ID, Unique: true}}, nil
	})
	switch {
	case err != nil:
		return JSON(409, a.Error(c, Refusal{Status: 409, Detail: err.Error()}))
	case !found:
		return JSON(404, a.Error(c, Refusal{Status: 404, Detail: "No such user"}))
	}
	return JSON(200, c.Body)
}

func (a tiny) create(c *Call, i int) (body []byte, status int) {
	u := tinyUser{UUID: c.NewKey(), Email: c.Items[i].ID}
	body, _ = json.Marshal(u)
	if err := c.Users.Create(u.UUID, body, LookupKey{Name: "email", Value: u.Email, Unique: !strings.HasPrefix(u.Email, "twin")}); err != nil {
		return a.Error(c, Refusal{Status: 409, ID: u.Email, Detail: c.ErrorText(i, err.Error())}), 409
	}
	return body, http.StatusCreated
}

// all answers with one line per user.
func (a tiny) all(c *Call) Answer {
	for _, u := range c.Items {
		if len(c.Users.With("email", u.ID)) > 0 {
			if _, hit := c.Injected(Conflict); hit {
				return JSON(409, a.Error(c, Refusal{Status: 409, Detail: "Someone exists"}))
			}
		}
	}
	lines := make([]string, len(c.Items))
	for i, u := range c.Items {
		body, status := []byte(fmt.Sprint(u.Refused)), u.Refused
		if status == 0 {
			body, _ = a.create(c, i)
		}
		lines[i] = string(body) + "\n"
	}
	var out strings.Builder
	shape := c.Shape()
	for _, i := range shape.Order {
		out.WriteString(lines[i])
	}
	if shape.Foreign {
		out.WriteString(ForeignID + "\n")
	}
	return JSON(207, []byte(out.String()))
}

func (tiny) Error(_ *Call, r Refusal) []byte {
	return fmt.Appendf(nil, `{"message":%q}`, r.Detail)
}
