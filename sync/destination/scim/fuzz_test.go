package scim

import (
	"encoding/json"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

// FuzzBulkAnswer: whatever the answer about three users, each has one outcome at its
// index, none is created without a success for its bulkId, and no value of theirs shows.
func FuzzBulkAnswer(f *testing.F) {
	for _, body := range []string{
		bulk(ok1, ok2, ok3), bulk(ok3, bad2, ok1), bulk(same2), bulk(), ``, `{}`, `null`, `[]`, `<html>`, `{"Operations":{}}`, `{"Operations":[null,7,[],{}]}`,
		bulk(`{"bulkId":"1","status":"201","location":"%zz"}`, `{"bulkId":"1","status":"409","response":{"detail":"Mustermann frieda@mail.example"}}`),
		bulk(`{"\u0062ulkId":"\u0031","status":{"CODE":201},"response":{"id":"k","scimType":"Mustermann"}}`), unique,
		"{\"operations\":[{\"bulkId\":\"2\",\"status\":\"201\",\"response\":{\"id\":\"\xff\"}}]}",
	} {
		for _, status := range []int{200, 202, 400, 413} {
			f.Add(status, body)
		}
	}
	api := new(stage.Fixed)
	c, err := New(Config{Features: everything, REST: rest.Config{BaseURL: "https://scim.example", Transport: api, Auth: rest.Auth{Token: user.NewSecret("token-of-the-test")}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		api.Set(status, body)
		records := []*user.Record{employee(1, 0), employee(2, 0), employee(3, 0)}
		for _, op := range []user.Op{user.Create, user.Update, user.Delete} {
			for i, r := range records {
				r.Remote = []string{"k1", "k/2", "k3"}[i]
			}
			for i, o := range expect.Apply(t, c, user.Batch{Op: op, Records: records}) {
				if o.Status == user.Created && (o.Remote == "" || api.Status/100 != 2 || !strings.Contains(folded(body), "bulkid")) {
					t.Fatalf("%s: outcome %d is %+v", op, i, o)
				}
			}
		}
	})
}

// FuzzFind: a user in an answer is ours only if it has our id, and what we keep of it is
// valid JSON.
func FuzzFind(f *testing.F) {
	for _, body := range []string{
		`{"Resources":[` + annOurs + `],"totalResults":1}`, `{"Resources":[` + annOther + `,7,null]}`, annOurs, `{"id":"k1","emails":[{"type":"work"},7],"name":"x"}`, `{}`, ``, `[`, `{"totalResults":0}`,
		`{"id":"k1","userName":{"a":[]},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":[],"emails":{"value":1}}`, "{\"id\":\"k1\",\"title\":\"\xff\"}",
	} {
		f.Add(body)
	}
	api := &stage.Fixed{Status: 200}
	c, err := New(Config{REST: rest.Config{BaseURL: "https://scim.example", Transport: api, Auth: rest.Auth{Token: user.NewSecret("token-of-the-test")}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		api.Body = body
		for _, remote := range []string{"", "k1"} {
			r := employee(1, 0)
			r.Remote = remote
			found, ce := expect.Find(t, c, r)
			if ce != nil {
				continue
			}
			if found.Remote != "" && remote == "" && !strings.Contains(folded(body), "externalid") {
				t.Fatalf("ours is %s, who holds no id of ours", found.Remote)
			}
			whole := user.User{Attributes: found.Held}
			if v, ok := whole.Value(destination.Whole); ok {
				r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: destination.Whole, Value: v})
				if sent := c.appendBody(nil, user.Update, r); !json.Valid(sent) {
					t.Fatalf("what is sent back is no JSON: %s", sent)
				}
			}
		}
	})
}

// folded undoes JSON spellings of text, so a name is found in it.
func folded(text string) string {
	var tree any
	if json.Unmarshal([]byte(text), &tree) == nil {
		if again, err := json.Marshal(tree); err == nil {
			text = string(again)
		}
	}
	return strings.ToLower(text)
}

// FuzzPath: a path that parses also parses from what it prints, with the same meaning.
func FuzzPath(f *testing.F) {
	for _, text := range []string{"userName", "emails[work].value", `emails[type eq "a]b"].value`, "urn:a:b:c[d eq 1].e", "x[primary].y", "a.b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := resource.ParsePath(text)
		if err != nil {
			return
		}
		if again, err := resource.ParsePath(p.String()); err != nil || again != p {
			t.Fatalf("%q is %q, which is %q %v", text, p, again, err)
		}
		o := &resource.Object{}
		o.Put(p, resource.Quote("v"))
		if !json.Valid(resource.Append(nil, o)) {
			t.Fatalf("%q makes %s", text, resource.Append(nil, o))
		}
		if raw, ok := o.At(p).(interface{ String() string }); ok && p.Sub != p.Where && raw.String() != `"v"` {
			t.Fatalf("%q holds %s", text, raw)
		}
	})
}
