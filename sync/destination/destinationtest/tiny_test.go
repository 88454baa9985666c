package destinationtest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	"usersync/sync/user"
)

// tiny is a client of an API that exists in this test only: one user per call, keys
// assigned by the server, e-mails that need not be unique.
type tiny struct{ rest *rest.Client }

type tinyUser struct {
	UUID  string `json:"uuid,omitempty"`
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
}

func newTiny(at Address) (*tiny, error) {
	c, err := rest.New(rest.Config{
		BaseURL: at.URL, DialContext: at.Dial, Timeout: at.Timeout, Proxy: "none", Auth: rest.Auth{Key: user.NewSecret("tiny-key-0815"), KeyHeader: "X-Tiny-Key"},
		ErrorText: func(body []byte) string {
			var answer struct {
				Message string `json:"message"`
			}
			if json.Unmarshal(body, &answer) != nil {
				return ""
			}
			return answer.Message
		},
	})
	return &tiny{c}, err
}

func (c *tiny) CloseIdle() { c.rest.CloseIdle() }

func (c *tiny) Traits() destination.Traits {
	return destination.Traits{
		Name: "tiny", PerMinute: 30, OwnKeys: true, Fields: []user.Field{user.Email, user.Name},
		Ops: map[user.Op]destination.OpTraits{
			user.Create: {Max: 1, Replay: destination.Unsafe},
			user.Update: {Max: 1, Replay: destination.Safe},
			user.Delete: {Max: 1, Replay: destination.Safe},
		},
	}
}

func (c *tiny) Check(r *user.Record) error {
	if r.User.ID == "" {
		return &user.InvalidError{Code: "missing_id", Field: user.ID, Rule: "must not be empty"}
	}
	return nil
}

func (c *tiny) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	switch len(b.Records) {
	case 0:
		return nil, nil
	case 1:
		o, err := c.one(ctx, b.Op, b.Records[0])
		if err != nil {
			return nil, err
		}
		return []user.Outcome{o}, nil
	}
	return nil, &destination.CallError{Fault: destination.RefusedWhole, Code: "too_many"}
}

func (c *tiny) one(ctx context.Context, op user.Op, r *user.Record) (user.Outcome, error) {
	request := rest.Request{Method: map[user.Op]string{user.Create: "POST", user.Update: "PATCH", user.Delete: "DELETE"}[op], Path: []string{"users"}, Collection: op == user.Create, Records: []*user.Record{r}}
	if op != user.Create {
		request.Path = append(request.Path, r.Remote)
	}
	if op != user.Delete {
		request.Append = func(b []byte) []byte { return append(b, encoded(r)...) }
	}
	a, err := c.rest.Do(ctx, request)
	if err != nil {
		return user.Outcome{}, err
	}
	defer a.Release()
	return outcomeOfAnswer(a, op, r)
}

func encoded(r *user.Record) []byte {
	email, _ := r.User.Value(user.Email)
	name, _ := r.User.Value(user.Name)
	b, _ := json.Marshal(tinyUser{Email: email.Text, Name: name.Text})
	return b
}

func outcomeOfAnswer(a *rest.Answer, op user.Op, r *user.Record) (user.Outcome, error) {
	var answer tinyUser
	err := json.Unmarshal(a.Body, &answer)
	o := user.Outcome{HTTP: a.Status, RequestID: a.RequestID, Status: user.InDoubt, Code: "no_answer"}
	switch {
	case a.Status == http.StatusNotFound && strings.HasPrefix(string(a.Body), "<"):
		return o, a.Fail(destination.Denied, "http_404", "")
	case a.Status == http.StatusNotFound:
		o.Status, o.Code = user.Missing, "missing"
	case a.Status/100 == 4:
		o.Status, o.Code = user.Refused, "refused"
	case op == user.Delete && a.Status == http.StatusNoContent:
		o.Status, o.Code = user.Deleted, ""
	case err != nil && a.Status != http.StatusAccepted:
		return o, a.Fail(destination.PerhapsTaken, "not_json", "")
	case a.Status == http.StatusCreated && op == user.Create && answer.UUID != "":
		o.Status, o.Code, o.Remote = user.Created, "", answer.UUID
	case a.Status == http.StatusOK && op == user.Update && answer.UUID == r.Remote && r.Remote != "":
		o.Status, o.Code = user.Updated, ""
	}
	return o, nil
}

func (c *tiny) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	if r.Remote == "" {
		return destination.Found{}, nil
	}
	a, err := c.rest.Do(ctx, rest.Request{Method: "GET", Path: []string{"users", r.Remote}, Records: []*user.Record{r}})
	if err != nil {
		return destination.Found{}, err
	}
	defer a.Release()
	var answer tinyUser
	switch err := json.Unmarshal(a.Body, &answer); {
	case a.Status == http.StatusNotFound && !strings.HasPrefix(string(a.Body), "<"):
		return destination.Found{Presence: destination.Absent}, nil
	case a.Status/100 == 4:
		return destination.Found{}, a.Fail(destination.RefusedWhole, "refused", "")
	case err != nil:
		return destination.Found{}, a.Fail(destination.PerhapsTaken, "not_json", "")
	case answer.UUID != r.Remote:
		return destination.Found{}, nil
	}
	found := destination.Found{Presence: destination.Same, Remote: answer.UUID}
	for f, held := range map[user.Field]string{user.Email: answer.Email, user.Name: answer.Name} {
		if v, ok := r.User.Value(f); ok && v.Text != held {
			found.Presence, found.Differs = destination.Different, append(found.Differs, f)
		}
	}
	return found, nil
}

// tinyAPI is its mock server.
type tinyAPI struct{}

func (tinyAPI) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "tiny", Title: "the Tiny API", Vendor: "Tiny"}
}

func (tinyAPI) Authorize(c *sandbox.Call) *sandbox.Refusal {
	if c.Header.Get("X-Tiny-Key") != c.Options().Token {
		return &sandbox.Refusal{Status: http.StatusUnauthorized, Detail: "No such key"}
	}
	return nil
}

func (tinyAPI) Read(c *sandbox.Call) *sandbox.Refusal {
	key, isUser := strings.CutPrefix(c.Path, "/users/")
	at := slices.Index([]string{http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodGet}, c.Method)
	if at < 0 || isUser == (at == 0) || !isUser && c.Path != "/users" {
		return &sandbox.Refusal{Status: http.StatusNotFound, Detail: "Nothing here"}
	}
	c.Op, c.Key = []sandbox.Op{sandbox.Create, sandbox.Update, sandbox.Delete, sandbox.Read}[at], key
	if at > 1 {
		return nil
	}
	var u tinyUser
	if json.Unmarshal(c.Body, &u) != nil {
		return &sandbox.Refusal{Status: http.StatusBadRequest, Detail: "Not JSON"}
	}
	c.Items = []sandbox.Item{{ID: u.Email, Personal: []string{u.Email, u.Name}}}
	return nil
}

func (a tinyAPI) Apply(c *sandbox.Call) sandbox.Answer {
	var body []byte
	found := true
	switch c.Op {
	case sandbox.Create:
		key := c.NewKey()
		body = tinyBody(key, c.Body)
		// A new key is unique, and users may share a lookup key.
		_ = c.Users.Create(key, body, tinyLookupKey(body))
		return sandbox.JSON(http.StatusCreated, body)
	case sandbox.Update:
		found, _ = c.Users.Update(c.Key, func(old []byte) ([]byte, []sandbox.LookupKey, error) {
			body = tinyBody(c.Key, old, c.Body)
			return body, []sandbox.LookupKey{tinyLookupKey(body)}, nil
		})
	case sandbox.Delete:
		if _, found = c.Users.Delete(c.Key); found {
			return sandbox.Answer{Status: http.StatusNoContent}
		}
	case sandbox.Read:
		body, found = c.Users.Find(c.Key)
	}
	if !found {
		return sandbox.JSON(http.StatusNotFound, a.Error(c, sandbox.Refusal{Detail: "No such user"}))
	}
	return sandbox.JSON(http.StatusOK, body)
}

// tinyBody is a user: later parts overwrite earlier ones.
func tinyBody(key string, parts ...[]byte) []byte {
	var u tinyUser
	for _, part := range parts {
		_ = json.Unmarshal(part, &u) // Read has checked it
	}
	u.UUID = key
	b, _ := json.Marshal(u)
	return b
}

func tinyLookupKey(body []byte) sandbox.LookupKey {
	var u tinyUser
	_ = json.Unmarshal(body, &u)
	return sandbox.LookupKey{Name: "email", Value: u.Email}
}

func (tinyAPI) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	b, _ := json.Marshal(map[string]string{"message": r.Detail})
	return b
}
