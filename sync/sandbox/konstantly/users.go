package konstantly

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/sandbox"
)

// person is a user as the server stores it. Fields that are not in the reference's User object are stored for the state, and not shown.
type person struct {
	ID         string                     `json:"id"`
	Name       string                     `json:"name"`
	Language   string                     `json:"language"`
	Occupation *string                    `json:"occupation"`
	Location   *string                    `json:"location"`
	Timezone   *string                    `json:"timezone"`
	Email      string                     `json:"email"`
	IsBanned   bool                       `json:"isBanned"`
	Role       role                       `json:"role"`
	FromAPI    bool                       `json:"fromApi"`
	Image      *struct{}                  `json:"image"`
	Attributes map[string]json.RawMessage `json:"attributes"`
	taken
}

// taken holds what a create accepts and the API does not show.
type taken struct {
	Bio        *string `json:"bio,omitempty"`
	Courses    []int   `json:"courses,omitempty"`
	Groups     []int   `json:"groups,omitempty"`
	DeadlineAt *int64  `json:"deadlineAt,omitempty"`
	Password   bool    `json:"password,omitempty"` // whether there is one
}

type role struct {
	Alias string `json:"alias"`
}

// shown returns the user as the API shows it.
func (p person) shown() person {
	p.Bio, p.Courses, p.Groups, p.DeadlineAt, p.Password = nil, nil, nil, nil, false
	return p
}

func (p person) lookupKeys() []sandbox.LookupKey {
	return []sandbox.LookupKey{{Name: "email", Value: strings.ToLower(p.Email), Unique: true}}
}

func parse(text []byte) (p person) {
	_ = json.Unmarshal(text, &p) // encode wrote it
	return p
}

// Apply carries out the call.
func (a *api) Apply(c *sandbox.Call) sandbox.Answer {
	parts := strings.Split(strings.TrimPrefix(c.Path, root), "/")
	switch {
	case parts[0] == "custom":
		return sandbox.JSON(http.StatusOK, []byte(schema))
	case c.Op == sandbox.Create:
		return a.create(c)
	case c.Op == sandbox.Read && len(parts) == 1:
		return list(c)
	case c.Op == sandbox.Read && len(parts) == 3:
		return byEmail(c, parts[2])
	case c.Op == sandbox.Read:
		return show(c, c.Key)
	case len(parts) > 1 && parts[1] == "blocked":
		return a.block(c, c.Op == sandbox.Delete)
	case c.Op == sandbox.Delete:
		return remove(c)
	}
	return a.update(c)
}

func (a *api) create(c *sandbox.Call) sandbox.Answer {
	p := person{Language: "en", FromAPI: true, Attributes: map[string]json.RawMessage{}}
	if wrong := p.change(c.Body, creating); len(wrong) > 0 {
		return invalid(c, wrong)
	}
	p.ID = cmp.Or(p.ID, strings.ReplaceAll(c.NewKey(), "-", ""))
	if err := c.Users.Create(p.ID, encode(p), p.lookupKeys()...); err != nil {
		return a.taken(c, p)
	}
	return sandbox.JSON(http.StatusCreated, encode(p.shown()))
}

// taken refuses an e-mail or, otherwise, an id that another user has. The vendor's words for it are not documented.
func (a *api) taken(c *sandbox.Call, p person) sandbox.Answer {
	field := "id"
	if c.Op == sandbox.Update || len(c.Users.With("email", strings.ToLower(p.Email))) > 0 {
		field = "email"
	}
	return sandbox.JSON(a.Taken, a.Error(c, sandbox.Refusal{Status: a.Taken, Field: field, Detail: c.ErrorText(0, "This value is already used")}))
}

func invalid(c *sandbox.Call, wrong map[string][]string) sandbox.Answer {
	for field, words := range wrong {
		wrong[field][0] = c.ErrorText(0, words[0])
	}
	return sandbox.JSON(http.StatusBadRequest, failure(http.StatusBadRequest, "Validation failed", wrong))
}

func notFound() sandbox.Answer {
	return sandbox.JSON(http.StatusNotFound, failure(http.StatusNotFound, "Not found", nil))
}

type invalidError map[string][]string

func (invalidError) Error() string { return "invalid" }

func (a *api) update(c *sandbox.Call) sandbox.Answer {
	var p person
	found, err := c.Users.Update(c.Key, func(old []byte) ([]byte, []sandbox.LookupKey, error) {
		p = parse(old)
		if wrong := p.change(c.Body, changing); len(wrong) > 0 {
			return nil, nil, invalidError(wrong)
		}
		return encode(p), p.lookupKeys(), nil
	})
	wrong, isInvalid := errors.AsType[invalidError](err)
	switch {
	case isInvalid:
		return invalid(c, wrong)
	case err != nil:
		return a.taken(c, p)
	case !found:
		return notFound()
	case a.Shows:
		return sandbox.JSON(http.StatusOK, encode(p.shown()))
	}
	return sandbox.Answer{Status: http.StatusOK}
}

// expert is the role of users who cannot be deleted: the reference's example is a user who is assigned as expert on courses.
const expert = "expert"

var errExpert, errLicence = errors.New("expert"), errors.New("licence")

func isExpert() sandbox.Answer {
	return sandbox.JSON(http.StatusUnprocessableEntity, failure(http.StatusUnprocessableEntity, "The user is assigned as expert on courses", nil))
}

func remove(c *sandbox.Call) sandbox.Answer {
	text, found := c.Users.Find(c.Key)
	if found && parse(text).Role.Alias == expert {
		return isExpert()
	}
	if _, found = c.Users.Delete(c.Key); !found {
		return notFound()
	}
	return sandbox.Answer{Status: http.StatusOK}
}

// block deactivates a user, or activates it again.
func (a *api) block(c *sandbox.Call, ban bool) sandbox.Answer {
	var p person
	full := !ban && a.Licence > 0 && active(c) >= a.Licence
	found, err := c.Users.Update(c.Key, func(old []byte) ([]byte, []sandbox.LookupKey, error) {
		p = parse(old)
		switch {
		case ban && p.Role.Alias == expert:
			return nil, nil, errExpert
		case full && p.IsBanned:
			return nil, nil, errLicence
		}
		p.IsBanned = ban
		return encode(p), p.lookupKeys(), nil
	})
	switch {
	case err == errExpert:
		return isExpert()
	case err != nil:
		return sandbox.JSON(http.StatusPaymentRequired, failure(http.StatusPaymentRequired, "The licence allows no more active users", nil))
	case !found:
		return notFound()
	case ban:
		return sandbox.JSON(http.StatusOK, encode(p.shown()))
	}
	return sandbox.JSON(http.StatusOK, []byte("{}"))
}

func active(c *sandbox.Call) int {
	n := 0
	for key := range c.Users.All() {
		if text, ok := c.Users.Find(key); ok && !parse(text).IsBanned {
			n++
		}
	}
	return n
}

func show(c *sandbox.Call, key string) sandbox.Answer {
	text, found := c.Users.Find(key)
	if !found {
		return notFound()
	}
	return sandbox.JSON(http.StatusOK, encode(parse(text).shown()))
}

func byEmail(c *sandbox.Call, segment string) sandbox.Answer {
	email, err := url.PathUnescape(segment)
	if err != nil || !isEmail(email) {
		return sandbox.JSON(http.StatusBadRequest, failure(http.StatusBadRequest, "Validation failed", map[string][]string{"email": {invalidEmail}}))
	}
	keys := c.Users.With("email", strings.ToLower(email))
	if len(keys) == 0 {
		return notFound()
	}
	return show(c, keys[0])
}

const page = 20

// list shows a page of users, sorted by name.
func list(c *sandbox.Call) sandbox.Answer {
	query := c.URL.Query()
	all := []person{}
	for key := range c.Users.All() {
		text, ok := c.Users.Find(key)
		if p := parse(text).shown(); ok && strings.Contains(strings.ToLower(p.Email), strings.ToLower(query.Get("query"))) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b person) int { return cmp.Compare(a.Name, b.Name) })
	offset, err := strconv.Atoi(cmp.Or(query.Get("offset"), "0"))
	if err != nil || offset < 0 {
		return sandbox.JSON(http.StatusBadRequest, failure(http.StatusBadRequest, "Validation failed", map[string][]string{"offset": {"Must be a number"}}))
	}
	from := min(offset, len(all))
	return sandbox.JSON(http.StatusOK, encode(struct {
		Users []person `json:"users"`
		Total int      `json:"totalCount"`
	}{all[from:min(from+page, len(all))], len(all)}))
}
