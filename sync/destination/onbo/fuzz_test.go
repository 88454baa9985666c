package onbo

import (
	"encoding/json"
	"strings"
	"testing"

	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// FuzzAnswer: whatever comes back from a call, there is one outcome or one fault;
// no user is created whose uuid the answer does not show; and no value is shown.
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
	api := new(stage.Fixed)
	config := settings("https://onbo.example/v1")
	config.REST.Transport, config.Delete = api, true
	c, err := New(config)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		api.Set(status, body)
		for _, op := range []user.Op{user.Create, user.Update, user.Delete} {
			r := known("1")
			if op == user.Create {
				r = person("1")
			}
			outcomes := expect.Apply(t, c, user.Batch{Op: op, Records: []*user.Record{r}}, c.sent(r))
			if len(outcomes) == 0 {
				continue
			}
			o := outcomes[0]
			if o.HTTP == 0 {
				t.Fatalf("%s: the outcome is %+v", op, o)
			}
			if o.Status == user.Created && (api.Status/100 != 2 || o.Remote != uuidIn(body)) {
				t.Fatalf("created as %q, and the answer does not say so", o.Remote)
			}
			if o.Status == user.Updated && !strings.EqualFold(uuidIn(body), uuid) {
				t.Fatal("updated, and the answer does not show the user")
			}
		}
		expect.Find(t, c, known("1"), c.sent(known("1")))
	})
}

// uuidIn reads the uuid, by other means than the client.
func uuidIn(body string) string {
	var answer map[string]json.RawMessage
	var key string
	if json.Unmarshal([]byte(body), &answer) != nil || json.Unmarshal(answer["uuid"], &key) != nil {
		return ""
	}
	return key
}
