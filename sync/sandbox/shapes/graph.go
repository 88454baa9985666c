package shapes

import (
	"net/http"
	"strconv"
	"strings"

	"usersync/sync/sandbox"
)

// graph is Microsoft Graph's $batch of at most 20 requests, answered 200 in any
// order, each response with its request's id and its own status and headers. Users
// exist from the start: the first PATCH of a user creates it, unless its name begins
// with "missing". Microsoft Graph documentation, JSON batching and Throttling.
type graph struct{}

func (graph) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "graph", Title: "Microsoft Graph's $batch", Vendor: "Microsoft",
		Shapes: []sandbox.Kind{sandbox.Short, sandbox.Shuffle, sandbox.Foreign, sandbox.Number, sandbox.Double}}
}

func (graph) Read(c *sandbox.Call) *sandbox.Refusal {
	key, one := segment(c.Path, "/v1.0/users/")
	switch {
	case one && c.Method == http.MethodGet:
		c.Op, c.Key = sandbox.Read, key
		return nil
	case c.Path != "/v1.0/$batch" || c.Method != http.MethodPost:
		return noSuchPath()
	}
	c.Op, c.Bulk = sandbox.Update, true
	requests, ok := list(c.Body, "requests")
	if !ok || len(requests) > 20 {
		return malformed("requests must hold 1 to 20 requests")
	}
	seen := map[string]bool{}
	for _, r := range requests {
		id, key := strings.ToLower(r.text("id")), userOf(r)
		if id == "" || seen[id] {
			return malformed("ids must be present and unique")
		}
		seen[id] = true
		if r.text("method") == http.MethodDelete {
			c.Op = sandbox.Delete
		}
		c.Items = append(c.Items, sandbox.Item{ID: key, Personal: []string{r.under("body").text("displayName")}})
	}
	return nil
}

// userOf returns the user in a request's URL.
func userOf(r fields) string {
	key, ok := segment(r.text("url"), "/users/")
	if !ok {
		return ""
	}
	return key
}

func (g graph) Apply(c *sandbox.Call) sandbox.Answer {
	if c.Op == sandbox.Read {
		held, found := c.Users.Find(c.Key)
		if !found {
			return sandbox.JSON(http.StatusNotFound, g.Error(c, sandbox.Refusal{Code: "Request_ResourceNotFound", Detail: "Resource does not exist"}))
		}
		return sandbox.JSON(http.StatusOK, held)
	}
	requests, _ := list(c.Body, "requests")
	shape, told := c.Shape(), []any{}
	responses := make([]map[string]any, len(requests))
	for i, r := range requests {
		responses[i] = g.one(c, i, r)
		if shape.Number {
			responses[i]["status"] = strconv.Itoa(responses[i]["status"].(int))
		}
	}
	for n := range shape.Order {
		i := shape.Order[len(shape.Order)-1-n] // never in the order of the request
		told = append(told, responses[i])
		if shape.Double && responses[i]["body"] != nil {
			told, shape.Double = append(told, responses[i]), false
		}
	}
	if shape.Foreign {
		told = append(told, map[string]any{"id": sandbox.ForeignID, "status": http.StatusNoContent})
	}
	return answer(http.StatusOK, map[string]any{"responses": told})
}

func (g graph) one(c *sandbox.Call, i int, r fields) map[string]any {
	status, headers := http.StatusNoContent, map[string]string{}
	var body any
	fail := func(code int, name, message string) {
		status, body = code, fieldsOf(g.Error(c, sandbox.Refusal{Code: name, Detail: message}))
	}
	item := c.Items[i]
	switch {
	case item.ID == "":
		fail(http.StatusBadRequest, "BadRequest", "There is no user in the url")
	case item.Refused == http.StatusTooManyRequests:
		fail(item.Refused, "TooManyRequests", "Too many requests")
		headers["Retry-After"] = "1"
	case item.Refused != 0:
		fail(item.Refused, "Request_BadRequest", c.ErrorText(i, "A value is not valid"))
	case r.text("method") == http.MethodDelete:
		if _, found := c.Users.Delete(item.ID); !found {
			fail(http.StatusNotFound, "Request_ResourceNotFound", "Resource does not exist")
		}
	case !g.patch(c, item.ID, r.under("body")):
		fail(http.StatusNotFound, "Request_ResourceNotFound", "Resource does not exist")
	}
	response := map[string]any{"id": r.text("id"), "status": status, "headers": headers}
	if body != nil {
		response["body"] = body
	}
	return response
}

func (graph) patch(c *sandbox.Call, key string, body fields) bool {
	if body == nil {
		body = fields{}
	}
	body["userPrincipalName"] = encode(key)
	for {
		found, _ := c.Users.Update(key, func(old []byte) ([]byte, []sandbox.LookupKey, error) { return merge(old, body), nil, nil })
		if found || strings.HasPrefix(key, "missing") {
			return found
		}
		if c.Users.Create(key, merge(nil, body)) == nil {
			return true
		}
	}
}

func (graph) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	code := r.Code
	if code == "" {
		code = "BadRequest"
	}
	return encode(map[string]any{"error": map[string]any{"code": code, "message": r.Detail}})
}
