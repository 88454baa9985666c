package traffic

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

func described(t *testing.T, level Level, c *Call) string {
	t.Helper()
	var text []byte
	r := &Recorder{Level: level, Take: func(e *Exchange) {
		e.At = time.Time{}
		var err error
		if text, err = json.Marshal(e); err != nil {
			t.Fatal(err)
		}
	}}
	r.Record(c)
	return string(text)
}

func call(status int, answer string) *Call {
	u, err := url.Parse("https://api.example/v2/users/jane?limit=25&api_key=k-1&jane%40acme.example=1")
	if err != nil {
		panic(err)
	}
	jane := &user.Record{Origin: user.Origin{Record: 7}, Tries: user.Tries{Attempts: 2}, User: user.User{ID: "jane", Attributes: []user.Attribute{{Field: "email", Value: user.TextValue("jane@acme.example")}}}}
	return &Call{
		Request: &http.Request{Method: "POST", URL: u, Header: http.Header{
			"Authorization": {"Bearer s3cret-token"}, "X-Api-Key": {"k-1"}, "Cookie": {"session=1"}, "Content-Type": {"application/json"}, "If-Match": {"*"}}},
		Body:   []byte(`{"data":[{"id":"jane","birthYear":1990,"active":true,"tags":["a",null]}]}`),
		Status: status, Header: http.Header{"Content-Type": {"application/problem+json; charset=utf-8"}, "Retry-After": {"30"}, "X-Ratelimit-Reset": {"1990"}, "X-Jane": {"1"}, "Set-Cookie": {"jane"}, "Server": {"jane/1"}},
		Answer: []byte(answer), Records: []*user.Record{jane}, Words: vocabulary.New("users data birthYear active tags limit"),
	}
}

// What is described of a call, and what is masked.
func TestRecord(t *testing.T) {
	got := described(t, Bodies, call(422, `{"status":422,"title":"User already exists","detail":"jane@acme.example is taken","jane":"jane","n":41}`))
	want := `{"at":"0001-01-01T00:00:00Z","attempt":2,"method":"POST","url":"https://api.example/v2/users/…?limit=…\u0026api_key=…\u0026…=…",` +
		`"request":{"headers":{"Authorization":"***","Content-Type":"application/json","Cookie":"***","If-Match":"*","X-Api-Key":"***"},"bytes":73,` +
		`"body":{"data":[{"id":"\u003ctext of 4\u003e","birthYear":"\u003cnumber of 4\u003e","active":"\u003cbool\u003e","tags":["\u003ctext of 1\u003e",null]}]}},` +
		`"status":422,"ms":0,"answer":{"headers":{"Content-Type":"application/problem+json","Retry-After":"30","Server":"***","Set-Cookie":"***","X-Ratelimit-Reset":"***"},"other_headers":1,"bytes":103,` +
		`"body":{"status":422,"title":"User already exists","detail":"… is taken","…":"\u003ctext of 4\u003e","…":"\u003cnumber of 2\u003e"}}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Numbers of a request, and those that are a user's value, are not shown, whatever they are
// called.
func TestNumbers(t *testing.T) {
	c := call(422, `{"status":422,"code":731,"limit":40}`)
	c.Body = []byte(`{"code":731,"limit":55,"status":"66","ok":true}`)
	c.Records[0].User.Attributes = append(c.Records[0].User.Attributes, user.Attribute{Field: "extra.pin", Value: user.TextValue("731")})
	text := described(t, Bodies, c)
	for _, value := range []string{"731", "55", "66", "true"} {
		if strings.Contains(text, value) {
			t.Errorf("%s in %s", value, text)
		}
	}
	if !strings.Contains(text, `{"status":422,`) || !strings.Contains(text, `:40}`) {
		t.Errorf("%s", text)
	}
}

// Each level describes its calls.
func TestLevels(t *testing.T) {
	for level, want := range map[Level][3]bool{Headers: {true, true, true}, Bodies: {true, true, true}, Errors: {false, true, true}} {
		for i, status := range []int{201, 207, 503} {
			if got := described(t, level, call(status, `{}`)); (got != "") != want[i] {
				t.Errorf("%s %d: %q", level, status, got)
			}
		}
	}
	if text := described(t, Headers, call(503, `{"message":"no"}`)); strings.Contains(text, "body") {
		t.Errorf("a body: %s", text)
	}
	broken := call(0, "")
	broken.Fault = "timeout"
	if text := described(t, Errors, broken); !strings.Contains(text, `"fault":"timeout"`) || strings.Contains(text, "answer") {
		t.Errorf("%s", text)
	}
}

// A call for a token shows neither credentials nor their length.
func TestToken(t *testing.T) {
	c := call(200, `{"access_token":"abc","expires_in":3600}`)
	c.Token, c.Body = true, []byte("grant_type=client_credentials&client_id=me&client_secret=s3cret")
	c.Request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	text := described(t, Bodies, c)
	for _, secret := range []string{"abc", "3600", "s3cret", "=me", "text of"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s in %s", secret, text)
		}
	}
	if !strings.Contains(text, `"kind":"token"`) || !strings.Contains(text, "grant_type=client_credentials") {
		t.Errorf("%s", text)
	}
}

// A long body is cut, and so is one that is not JSON to its end.
func TestCut(t *testing.T) {
	long := call(400, `{"data":[`+strings.Repeat(`{"id":"jane"},`, 5000)+`{}]}`)
	if text := described(t, Bodies, long); len(text) > 2*MaxBody || !strings.Contains(text, `"cut":true`) || strings.Contains(text, "jane") {
		t.Errorf("%d bytes", len(text))
	}
	for _, body := range []string{`{"message":"jane`, `{"id":"jane"} jane`, `[1,]jane`, `{"a":{"jane"`} {
		text := described(t, Bodies, call(400, body))
		if !strings.Contains(text, `"cut":true`) || strings.Contains(text, "jane") {
			t.Errorf("%s", text)
		}
	}
	for _, body := range []string{"jane", "<jane>", "\xff\xfe"} {
		if text := described(t, Bodies, call(200, body)); strings.Contains(text, "jane") || strings.Contains(text, "cut") {
			t.Errorf("%s", text)
		}
	}
}
