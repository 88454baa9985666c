package kard

import (
	"encoding/json"
	"slices"
	"testing"

	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// FuzzMultiStatus: whatever comes back from a create of three users, each has one
// outcome in its position, only users in data are created, and no value of theirs
// is shown.
func FuzzMultiStatus(f *testing.F) {
	for _, seed := range []string{
		`{"data":[` + u1 + `,` + u2 + `,` + u3 + `]}`, `{"data":[` + u3 + `,` + u1 + `]}`, `{"data":` + u1 + `}`, ``, `{}`, `[]`, `null`, `<html>`, `{"data":[{"id":"u`,
		`{"errors":[{"status":"409","title":"Conflict","detail":"User already exists","id":"u2"},{"status":400,"title":"Bad Request","detail":"zipCode 01238 invalid","source":{"pointer":"/data/2/attributes/zipCode"}}],"data":[` + u1 + `]}`,
		`{"errors":[{"title":"Frieda Mustermannu1@mail.example","detail":"frieda.mustermannu1@mail.example +14155552671","id":"u1"}]}`,
		`{"errors":[{"id":"x"},{"id":1},{"id":null},7,{"status":"503","id":"u1"}]}`, `{"d\u0061ta":[{"\u0069d":"u\u0031"}],"errors":{}}`,
		"{\"data\":[{\"id\":\"u\xff\"}],\"errors\":[{\"id\":\"u1\",\"detail\":\"\xff\"}]}",
		`{"errors":[{"title":"Mustermann Conflict","detail":"Muster\u006dann","status":"400"}]}`,
	} {
		for _, status := range []int{201, 207, 400, 409} {
			f.Add(status, seed)
		}
	}
	api := new(stage.Fixed)
	c, err := New(Config{Organization: "o", REST: rest.Config{BaseURL: "https://kard.example", Transport: api, Auth: rest.Auth{Token: user.NewSecret("t")}}})
	if err != nil {
		f.Fatal(err)
	}
	b := batch(user.Create, "u1", "u2", "u3")
	for _, r := range b.Records {
		r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: user.LastName, Value: user.TextValue("Mustermann")})
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		api.Set(status, body)
		named := idsIn(body)
		for i, o := range expect.Apply(t, c, b) {
			if o.HTTP == 0 {
				t.Fatalf("outcome %d is %+v", i, o)
			}
			if o.Status == user.Created && (api.Status/100 != 2 || !slices.Contains(named, o.Record.User.ID)) {
				t.Fatalf("%s is created, and the answer does not say so", o.Record.User.ID)
			}
		}
	})
}

// idsIn reads the ids in data, by other means than the client.
func idsIn(body string) []string {
	var answer map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &answer) != nil {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(answer["data"], &list) != nil {
		list = []json.RawMessage{answer["data"]}
	}
	var ids []string
	for _, entry := range list {
		var u map[string]any
		if json.Unmarshal(entry, &u) == nil {
			if id, ok := u["id"].(string); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
