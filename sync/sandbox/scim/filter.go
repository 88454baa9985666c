package scim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"usersync/sync/sandbox"
)

// filter is the only kind of filter that this server understands: attribute eq value.
type filter struct {
	attribute string
	value     any
}

func readFilter(text string) (filter, bool) {
	parts := strings.SplitN(strings.TrimSpace(text), " ", 3)
	if len(parts) != 3 || !strings.EqualFold(parts[1], "eq") {
		return filter{}, false
	}
	f := filter{attribute: parts[0]}
	err := json.Unmarshal([]byte(parts[2]), &f.value)
	return f, err == nil
}

func (f *filter) matches(o object) bool {
	held := o.get(f.attribute)
	if a, ok := held.(string); ok {
		b, ok := f.value.(string)
		return ok && strings.EqualFold(a, b)
	}
	return held != nil && held == f.value
}

// search answers GET /Users (RFC 7644 3.4.2).
func (a API) search(c *sandbox.Call) sandbox.Answer {
	q := c.URL.Query()
	keys, total := []string(nil), 0
	if text := q.Get("filter"); text != "" {
		f, ok := readFilter(text)
		if !ok {
			return sandbox.JSON(http.StatusBadRequest, a.Error(c, sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidFilter", Detail: "This server filters by attribute eq value"}))
		}
		keys = a.matching(c, f)
		total = len(keys)
		keys = keys[:min(total, listLimit)]
	} else {
		first, _ := strconv.Atoi(q.Get("startIndex"))
		keys, total = c.Users.Page(max(first, 1)-1, listLimit)
	}
	users := make([]any, 0, len(keys))
	for _, key := range keys {
		if body, found := c.Users.Find(key); found {
			users = append(users, json.RawMessage(body))
		}
	}
	return sandbox.JSON(http.StatusOK, encode(object{
		"schemas": []string{listSchema}, "totalResults": total, "itemsPerPage": len(users), "startIndex": 1, "Resources": users,
	}))
}

// matching returns the keys of the users with the value. It has an index for externalId and userName, and scans all users for other attributes.
func (a API) matching(c *sandbox.Call, f filter) []string {
	text, _ := f.value.(string)
	switch {
	case strings.EqualFold(f.attribute, "externalId"):
		return c.Users.With("externalId", text)
	case strings.EqualFold(f.attribute, "userName") && !a.Options.ExactNames:
		return c.Users.With("userName", strings.ToLower(text))
	}
	var keys []string
	for key := range c.Users.All() {
		body, _ := c.Users.Find(key)
		o, err := parse(body)
		exact := strings.EqualFold(f.attribute, "userName") && o.text("userName") != text
		if err == nil && f.matches(o) && !exact {
			keys = append(keys, key)
		}
	}
	return keys
}
