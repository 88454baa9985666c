package custom

import (
	"encoding/json"
	"strings"
	"testing"

	"usersync/sync/user"
)

// A preview shows where every value goes, but no values.
func TestPreview(t *testing.T) {
	c := client(t, `
auth: {token: env:T}
headers: {X-Secret: env:S, X-Org: "{account}", X-City: "{city}"}
create:
  path: "/t/{account}/u/{id}"
  query: {email: "{email}", fixed: "1"}
  body: {id: {id}, email: {email}, n: {extra.n:number}, tags: {extra.tags}, pin: "{password}", fixed: [1, x], phone: {phone}, others: {others}}
`, "https://api.example.com/v1/")
	r := someone("cust-4711", attribute(user.Email, "ann@example.com"), attribute("extra.n", "12"), attribute(user.City, "Cork"), attribute("extra.more", "mystery"), attribute("account", "savings"),
		user.Attribute{Field: "extra.tags", Value: user.JSONValue(`["secret-tag"]`)})
	r.User.Secrets = []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("hunter2")}}
	p, ok := c.Preview(r)
	if !ok {
		t.Fatal("nothing is shown")
	}
	if p.Method != "POST" || p.URL != "https://api.example.com/v1/t/acme%2F1/u/<text of 9>?email=<text of 15>&fixed=1" {
		t.Errorf("%s %s", p.Method, p.URL)
	}
	headers := strings.Join(p.Headers, "\n")
	if headers != "Authorization: ***\nContent-Type: application/json\nX-Secret: ***\nX-Org: acme/1\nX-City: <text of 4>" {
		t.Error(headers)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(p.Body), &body); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"id": "<text of 9>", "email": "<text of 15>", "n": "<number of 2>", "tags": "<json of 14>", "pin": "<text of 7>"} {
		if body[key] != want {
			t.Errorf("%s: %v", key, body[key])
		}
	}
	if _, has := body["phone"]; has {
		t.Error("a field that the record does not have is shown")
	}
	for _, value := range []string{"cust-4711", "ann@", "Cork", "mystery", "savings", "secret-tag", "hunter2", "value-of"} {
		if strings.Contains(p.URL+headers+p.Body, value) {
			t.Errorf("%s shows", value)
		}
	}
}
