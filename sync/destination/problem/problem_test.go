package problem

import "testing"

// What an answer says, whichever of the shapes in use it has.
func TestRead(t *testing.T) {
	const kind = "application/problem+json"
	for name, c := range map[string]struct{ kind, body, name, text string }{
		"the RFC's own": {
			kind, `{"type":"https://example.com/probs/out-of-credit","title":"You do not have enough credit.","detail":"Your balance is 30","instance":"/account/12345","balance":30}`,
			"out of credit", "You do not have enough credit: Your balance is 30",
		},
		"its errors": {
			kind + "; charset=utf-8", `{"type":"https://example.net/validation-error","title":"Not valid","errors":[{"detail":"must be a positive integer","pointer":"#/age"},{"detail":"must be green","pointer":"#/profile/color"}]}`,
			"validation error", "Not valid; age: must be a positive integer; color: must be green",
		},
		"errors by field": {
			kind, `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"One or more validation errors occurred.","status":400,"errors":{"Email":["is not valid","is required"],"":["no"]}}`,
			"", "One or more validation errors occurred; no; Email: is not valid, is required",
		},
		"a list of texts":    {kind, `{"errors":["no email",7,null,"no name"]}`, "", "no email; no name"},
		"a code":             {"Application/PROBLEM+JSON", `{"type":"about:blank","title":"Bad Request","detail":"bad request","code":"E_USER"}`, "E_USER", "Bad Request"},
		"a urn":              {kind, `{"type":"urn:problem-type:badRequest"}`, "bad request", ""},
		"members amiss":      {kind, `{"type":1,"title":[],"detail":{},"status":"x","code":null,"errors":7}`, "", ""},
		"no type, its shape": {"application/json", `{"title":"Conflict","status":409,"detail":"The user exists"}`, "", "Conflict: The user exists"},
	} {
		d, ok := Read(c.kind, []byte(c.body))
		if !ok || d.Code+d.Kind != c.name || d.Text != c.text {
			t.Errorf("%s: %v %q %q %q", name, ok, d.Code, d.Kind, d.Text)
		}
	}
}

// Other answers are no problem details.
func TestReadOthers(t *testing.T) {
	for kind, body := range map[string]string{
		"application/problem+json":        `[{"title":"x"}]`,
		"application/json":                `{"title":"Dr","name":"Ann"}`,
		"application/problem+xml":         `<problem/>`,
		"text/plain; problem":             `title`,
		"application/json; problem=\"\"x": `{"detail":"x","status":400}`,
	} {
		if d, ok := Read(kind, []byte(body)); ok {
			t.Errorf("%s %s: %+v", kind, body, d)
		}
	}
}
