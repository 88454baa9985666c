package onbo

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

// FuzzAnswer: whatever comes back from a call, there is one outcome or one fault;
// nobody is created whose uuid the answer does not show; and no value shows.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		shownUser, uuidOnly(), ``, `{}`, `[]`, `null`, `"x"`, `<html>`, `{"uuid":"x`, `{"uuid":"x","uuid":"y"}`, `{"uuid":"..","message":""}`, `{"uuid":7,"errors":[[{"a":null}]]}`,
		`{"message":"blair.1@example.com 6166723456 1988/05/16 111-22-3333 111223333"}`, `{"error":{"Dufresne":["Blair Ann","\u0044ufresne"]}}`,
		"{\"message\":\"\xff\",\"detail\":[1,true,{}]}", `{"address":{"city":7,"zip":"18092"},"uuid":"` + uuid + `"}`,
	} {
		for _, status := range []int{200, 201, 400, 403, 404, 409, 500} {
			f.Add(status, seed)
		}
	}
	api := new(fixed)
	config := settings("https://onbo.example/v1")
	config.REST.Transport, config.Delete = api, true
	c, err := New(config)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		api.status, api.body = 200+(status%400+400)%400, body
		for _, op := range []user.Op{user.Create, user.Update, user.Delete} {
			r := known("1")
			if op == user.Create {
				r = person("1")
			}
			outcomes, err := c.Apply(context.Background(), user.Batch{Op: op, Records: []*user.Record{r}})
			if ce := callError(t, err); ce != nil {
				noValue(t, ce.Error())
				continue
			}
			if len(outcomes) != 1 || outcomes[0].Record != r || outcomes[0].Status == user.Unsettled || outcomes[0].HTTP == 0 {
				t.Fatalf("%s: outcomes are %+v", op, outcomes)
			}
			o := outcomes[0]
			noValue(t, o.Code+" "+o.Detail)
			if o.Status == user.Created && (api.status/100 != 2 || o.Remote != uuidIn(body)) {
				t.Fatalf("created as %q, and the answer does not say so", o.Remote)
			}
			if o.Status == user.Updated && !strings.EqualFold(uuidIn(body), uuid) {
				t.Fatal("updated, and the answer does not show the user")
			}
		}
		if _, err := c.Find(context.Background(), known("1")); err != nil {
			noValue(t, callError(t, err).Error())
		}
	})
}

// noValue looks for values that are long enough not to stand there by chance.
func noValue(t *testing.T, shown string) {
	for _, a := range append(person("1").User.Attributes, user.Attribute{Value: text("6166723456")}, user.Attribute{Value: text("111223333")}, user.Attribute{Value: text("111-22-3333")}, user.Attribute{Value: text("1988/05/16")}) {
		if v := strings.ToLower(a.Value.Text); len(v) >= 8 && strings.Contains(strings.ToLower(shown), v) {
			t.Fatalf("the value of %s shows: %s", a.Field, shown)
		}
	}
	if strings.ContainsFunc(shown, unicode.IsControl) {
		t.Fatalf("a control character shows: %q", shown)
	}
}

// uuidIn reads the uuid another way than the client does.
func uuidIn(body string) string {
	var answer map[string]json.RawMessage
	var key string
	if json.Unmarshal([]byte(body), &answer) != nil || json.Unmarshal(answer["uuid"], &key) != nil {
		return ""
	}
	return key
}
