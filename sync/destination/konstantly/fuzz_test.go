package konstantly

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"usersync/sync/user"
)

// fixed answers every call with one status and body.
type fixed struct {
	status int
	body   string
}

func (f *fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	r.Body.Close()
	return &http.Response{StatusCode: f.status, Header: http.Header{}, ContentLength: int64(len(f.body)), Body: io.NopCloser(strings.NewReader(f.body)), Request: r}, nil
}

// FuzzAnswer: whatever comes back, the user has one outcome, is created, updated
// or deleted only by a success that is no error, and no value shows.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", "<html>", e1, e2, banned, string(invalid400[4:]), string(absent[4:]), `{"id":"E`, `{"id":1,"isBanned":"1"}`,
		`{"errors":{"email":"frieda@mail.example","x":{"y":1},"attributes.grade":[1,null,"Frieda Mustermann"]}}`, `{"errors":["Tr0ub4dor&3x"]}`,
		`{"status":"404"}`, `{"status":4e2,"error":{"a":1}}`, `{"\u0069d":"E1","attributes":{"a":{"b":[]}},"role":{"alias":7}}`,
		"{\"id\":\"E1\",\"message\":\"\xff\"}", `{"id":"E1","attributes":7,"role":[]}`,
	} {
		for _, status := range []int{200, 400, 404, 422} {
			f.Add(status, seed, uint8(len(seed)))
		}
	}
	api := new(fixed)
	config := settings("https://konstantly.example")
	config.REST.Transport, config.OnAbsent, config.Schema = api, Block, siteSchema
	c, err := New(config)
	if err != nil {
		f.Fatal(err)
	}
	r := person("E1", attr("attributes.grade", text("7")))
	f.Fuzz(func(t *testing.T, status int, body string, which uint8) {
		api.status, api.body = 200+(status%400+400)%400, body
		op := []user.Op{user.Create, user.Update, user.Delete}[which%3]
		outcomes, err := c.Apply(context.Background(), user.Batch{Op: op, Records: []*user.Record{r}})
		shown := told(t, outcomes, err)
		if err == nil {
			o := outcomes[0]
			done := o.Status == user.Created || o.Status == user.Updated || o.Status == user.Deleted
			if o.Record != r || o.Status == user.Unsettled || o.HTTP == 0 || done && (api.status/100 != 2 || objects(body) && faulty(body)) {
				t.Fatalf("%s %d %s: %+v", op, api.status, body, o)
			}
		} else {
			shown += err.Error()
		}
		noValue(t, shown)
		if found, err := c.Find(context.Background(), r); err != nil {
			noValue(t, err.Error())
		} else if found.Presence != 0 && found.HTTP == 0 {
			t.Fatalf("found %+v", found)
		}
	})
}

func objects(body string) bool { return strings.HasPrefix(strings.TrimSpace(body), "{") }

// faulty reads the two plainest signs of an error another way than the client.
func faulty(body string) bool {
	var answer map[string]any
	if json.Unmarshal([]byte(body), &answer) != nil {
		return false
	}
	status, _ := answer["status"].(float64)
	errors, _ := answer["errors"].(map[string]any)
	words, _ := errors["email"].(string)
	return status == 400 || status == 404 || status == 500 || words != ""
}

func noValue(t *testing.T, shown string) {
	for _, value := range []string{"frieda mustermann", "frieda@mail.example", "tr0ub4dor&3x"} {
		if strings.Contains(strings.ToLower(shown), value) {
			t.Fatalf("a value shows: %s", shown)
		}
	}
	if strings.ContainsFunc(shown, unicode.IsControl) {
		t.Fatalf("a control character shows: %q", shown)
	}
}
