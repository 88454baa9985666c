package shapes

import (
	"net/http"
	"strings"

	"usersync/sync/sandbox"
)

// iterable is Iterable's users/bulkUpdate: 200 with counts, and a bucket for each
// reason with the keys of the users that failed. A user is found by e-mail, or
// created. Iterable API, POST /api/users/bulkUpdate.
type iterable struct{}

func (iterable) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "iterable", Title: "Iterable's users/bulkUpdate", Vendor: "Iterable",
		Shapes: []sandbox.Kind{sandbox.Short, sandbox.Shuffle, sandbox.Foreign, sandbox.Double}}
}

func (iterable) Read(c *sandbox.Call) *sandbox.Refusal {
	if c.Path != "/api/users/bulkUpdate" || c.Method != http.MethodPost {
		return noSuchPath()
	}
	c.Op, c.Bulk = sandbox.Update, true
	users, ok := list(c.Body, "users")
	if !ok || len(users) > 1000 {
		return malformed("users must hold 1 to 1000 users")
	}
	for _, u := range users {
		c.Items = append(c.Items, sandbox.Item{ID: u.text("userId"), Personal: []string{u.text("email")}})
	}
	return nil
}

func (i iterable) Apply(c *sandbox.Call) sandbox.Answer {
	users, _ := list(c.Body, "users")
	shape, done := c.Shape(), 0
	buckets := map[string][]string{"invalidEmails": {}, "notFoundEmails": {}, "conflictUserIds": {}, "forgottenEmails": {}, "invalidUserIds": {}}
	failed := make([]string, len(users))
	for n, u := range users {
		if failed[n] = i.write(c, n, u); failed[n] == "" {
			done++
		}
	}
	for _, n := range shape.Order {
		name := failed[n]
		if name == "" {
			continue
		}
		key := users[n].text("email")
		if strings.HasSuffix(name, "UserIds") {
			key = users[n].text("userId")
		}
		buckets[name] = append(buckets[name], key)
		if shape.Double {
			buckets[name], shape.Double = append(buckets[name], key), false
		}
	}
	if shape.Foreign {
		buckets["invalidEmails"] = append(buckets["invalidEmails"], sandbox.ForeignID)
	}
	return answer(http.StatusOK, map[string]any{"successCount": done, "failCount": len(users) - done, "failedUpdates": buckets})
}

// write returns the bucket of a user that failed, or "".
func (iterable) write(c *sandbox.Call, n int, u fields) (bucket string) {
	email := u.text("email")
	switch {
	case c.Items[n].Refused == http.StatusConflict:
		return "conflictUserIds"
	case c.Items[n].Refused == http.StatusNotFound:
		return "notFoundEmails"
	case c.Items[n].Refused != 0:
		return "forgottenEmails"
	case !strings.Contains(email, "@"):
		return "invalidEmails"
	}
	now := u.under("dataFields")
	if now == nil {
		now = fields{}
	}
	now["email"], now["userId"] = u["email"], u["userId"]
	for {
		found, _ := c.Users.Update(email, func(old []byte) ([]byte, []sandbox.LookupKey, error) { return merge(old, now), nil, nil })
		if found || c.Users.Create(email, merge(nil, now)) == nil {
			return ""
		}
	}
}

func (iterable) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	return encode(map[string]any{"code": "BadParams", "msg": r.Detail, "params": nil})
}
