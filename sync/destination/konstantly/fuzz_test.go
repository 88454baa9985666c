package konstantly

import (
	"encoding/json"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// FuzzAnswer: whatever comes back, the user has one outcome, only a success without
// an error inside counts as created, updated or deleted, and no value is shown.
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
	api := new(stage.Fixed)
	config := settings("https://konstantly.example")
	config.REST.Transport, config.OnAbsent, config.Schema = api, Block, siteSchema
	c, err := New(config)
	if err != nil {
		f.Fatal(err)
	}
	r := person("E1", attr("attributes.grade", text("7")))
	f.Fuzz(func(t *testing.T, status int, body string, which uint8) {
		api.Set(status, body)
		op := []user.Op{user.Create, user.Update, user.Delete}[which%3]
		for _, o := range expect.Apply(t, c, user.Batch{Op: op, Records: []*user.Record{r}}) {
			done := o.Status == user.Created || o.Status == user.Updated || o.Status == user.Deleted
			if o.HTTP == 0 || done && (api.Status/100 != 2 || objects(body) && faulty(body)) {
				t.Fatalf("%s %d %s: %+v", op, api.Status, body, o)
			}
		}
		if found, ce := expect.Find(t, c, r); ce == nil && found.Presence != destination.Unknown && found.HTTP == 0 {
			t.Fatalf("found %+v", found)
		}
	})
}

func objects(body string) bool { return strings.HasPrefix(strings.TrimSpace(body), "{") }

// faulty reads the two plainest signs of an error, by other means than the client.
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
