package onbo

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/sandbox"
)

// shown is a user as answers show it (Onbo API reference, The user object): without date of birth and SSN.
type shown struct {
	UUID        string  `json:"uuid"`
	FirstName   string  `json:"first_name"`
	MiddleName  *string `json:"middle_name"`
	LastName    string  `json:"last_name"`
	Citizenship *string `json:"citizenship"`
	DwollaURL   *string `json:"dwolla_customer_url"`
	Email       string  `json:"email"`
	Phone       string  `json:"phone"`
	Address     place   `json:"address"`
}

// stored is what the store holds of a user.
type stored struct {
	Shown shown  `json:"shown"`
	DOB   string `json:"dob"`
	SSN   string `json:"ssn"` // the unique key, see ssnKey
	Known bool   `json:"known"`
}

// lookupKeys returns the keys by which the state finds users: email, and the SSN's hash.
func (k *stored) lookupKeys() []sandbox.LookupKey {
	return []sandbox.LookupKey{{Name: "email", Value: strings.ToLower(k.Shown.Email)}, {Name: "ssn", Value: k.SSN, Unique: k.Known}}
}

// merge changes the fields that u has.
func (k *stored) merge(u *sent, whole bool) {
	for _, f := range []struct{ to, from *string }{
		{&k.Shown.FirstName, u.FirstName}, {&k.Shown.LastName, u.LastName}, {&k.Shown.Email, u.Email}, {&k.Shown.Phone, u.Phone}, {&k.DOB, u.DOB},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if u.MiddleName != nil {
		k.Shown.MiddleName = u.MiddleName
	}
	if u.Address == nil {
		return
	}
	old := k.Shown.Address
	k.Shown.Address = *u.Address
	if !whole && u.Address.Line2 == nil {
		k.Shown.Address.Line2 = old.Line2
	}
	if !whole && u.Address.Line3 == nil {
		k.Shown.Address.Line3 = old.Line3
	}
}

// user reads and checks the user of a call.
func (a API) user(c *sandbox.Call) (sent, *sandbox.Refusal) {
	u, refusal := parse(c.Body)
	if refusal == nil {
		refusal = u.check(c.Op == sandbox.Create, a.now())
	}
	if refusal != nil {
		refusal.Detail = c.ErrorText(0, refusal.Detail)
	}
	return u, refusal
}

func (a API) create(c *sandbox.Call) sandbox.Answer {
	u, refusal := a.user(c)
	if refusal != nil {
		return a.refuse(c, *refusal)
	}
	k := stored{Shown: shown{UUID: c.NewKey()}}
	k.merge(&u, true)
	k.SSN, k.Known = a.ssnKey(*u.SSN)
	if err := c.Users.Create(k.Shown.UUID, encode(k), k.lookupKeys()...); err != nil {
		return a.taken(c)
	}
	return sandbox.JSON(http.StatusCreated, encode(k.Shown))
}

func (a API) update(c *sandbox.Call) sandbox.Answer {
	u, refusal := a.user(c)
	if refusal != nil {
		return a.refuse(c, *refusal)
	}
	var k stored
	found, err := c.Users.Update(c.Key, func(old []byte) ([]byte, []sandbox.LookupKey, error) {
		if err := json.Unmarshal(old, &k); err != nil {
			return nil, nil, err
		}
		k.merge(&u, a.WholeAddress)
		return encode(k), k.lookupKeys(), nil
	})
	var taken *sandbox.TakenError
	switch {
	case errors.As(err, &taken):
		return a.taken(c)
	case err != nil:
		return a.refuse(c, sandbox.Refusal{Status: http.StatusInternalServerError, Detail: "The user cannot be read"})
	case !found:
		return a.missing(c)
	}
	return sandbox.JSON(http.StatusOK, encode(k.Shown))
}

func (a API) find(c *sandbox.Call) sandbox.Answer {
	attributes, found := c.Users.Find(c.Key)
	if !found {
		return a.missing(c)
	}
	return sandbox.JSON(http.StatusOK, shownOf(attributes))
}

// remove answers with the deleted user; the answer to DELETE is not documented.
func (a API) remove(c *sandbox.Call) sandbox.Answer {
	attributes, found := c.Users.Delete(c.Key)
	if !found {
		return a.missing(c)
	}
	return sandbox.JSON(http.StatusOK, shownOf(attributes))
}

func shownOf(attributes []byte) jsontext.Value {
	var k struct {
		Shown jsontext.Value `json:"shown"`
	}
	if json.Unmarshal(attributes, &k) != nil {
		return nil
	}
	return k.Shown
}

// list returns pages as documented: by default 25 users from the first one. The shape is from a third-party client.
func (a API) list(c *sandbox.Call) sandbox.Answer {
	var page struct {
		Data       []jsontext.Value `json:"data"`
		Pagination struct {
			Offset int `json:"offset"`
			Limit  int `json:"limit"`
			Total  int `json:"total"`
		} `json:"pagination"`
	}
	page.Data, page.Pagination.Limit = []jsontext.Value{}, 25
	for name, to := range map[string]*int{"limit": &page.Pagination.Limit, "offset": &page.Pagination.Offset} {
		if text := c.URL.Query().Get(name); text != "" {
			n, err := strconv.ParseUint(text, 10, 31)
			if err != nil {
				return a.refuse(c, *badRequest("Invalid " + name))
			}
			*to = int(n)
		}
	}
	keys, total := c.Users.Page(page.Pagination.Offset, page.Pagination.Limit)
	page.Pagination.Total = total
	for _, key := range keys {
		if attributes, found := c.Users.Find(key); found {
			page.Data = append(page.Data, shownOf(attributes))
		}
	}
	return sandbox.JSON(http.StatusOK, encode(page))
}

func (a API) refuse(c *sandbox.Call, r sandbox.Refusal) sandbox.Answer {
	return sandbox.JSON(r.Status, a.Error(c, r))
}

func (a API) missing(c *sandbox.Call) sandbox.Answer {
	return a.refuse(c, sandbox.Refusal{Status: http.StatusNotFound, Detail: "User not found"})
}

func (a API) taken(c *sandbox.Call) sandbox.Answer {
	status := a.Taken
	if status == 0 {
		status = http.StatusConflict
	}
	return a.refuse(c, sandbox.Refusal{Status: status, Detail: c.ErrorText(0, "A user with this social security number exists")})
}
