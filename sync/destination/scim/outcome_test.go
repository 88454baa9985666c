package scim

import (
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// spell writes an outcome as status:code remote.
func spell(o user.Outcome) string {
	text := strings.TrimSuffix(string(o.Status)+":"+o.Code, ":")
	return strings.TrimSpace(text + " " + o.Remote)
}

const unique = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness","detail":"ann@example.com is taken"}`

// What each answer to a call for one user means.
func TestSingleAnswers(t *testing.T) {
	const shown = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"k1","externalId":"a","userName":"ann","meta":7,"unknown":[null]}`
	for _, test := range []struct {
		op     user.Op
		status int
		body   string
		want   string
	}{
		{user.Create, 201, shown, "created k1"},
		{user.Create, 200, `{"ID":"k1"}`, "created k1"},
		{user.Create, 201, `{"id":7}`, "created 7"},
		{user.Create, 201, `{"id":{},"schemas":"x","externalId":null,"status":[],"active":{}}`, "in_doubt:no_key"},
		{user.Create, 201, `{"id":"k1","externalId":"b"}`, "in_doubt:other_id"},
		{user.Create, 201, unique, "in_doubt:contradiction"},
		{user.Create, 200, `{"scimType":"invalidValue"}`, "in_doubt:contradiction"},
		{user.Create, 202, "", "accepted"},
		{user.Create, 201, ``, "perhaps taken:not_json"},
		{user.Create, 201, `{"id":"k1"`, "perhaps taken:not_json"},
		{user.Create, 200, `<html>`, "perhaps taken:not_json"},
		{user.Create, 201, `[]`, "perhaps taken:not_json"},
		{user.Create, 409, unique, "_exists:uniqueness"},
		{user.Create, 409, ``, "_exists:http_409"},
		{user.Create, 409, `{"scimType":"mutability"}`, "refused:mutability"},
		{user.Create, 400, `{"scimType":"uniqueness"}`, "_exists:uniqueness"},
		{user.Create, 400, `{"scimType":"invalidValue","detail":"no"}`, "refused:invalidValue"},
		{user.Create, 400, `<html>`, "_conflict:http_400"},
		{user.Create, 412, `{}`, "_conflict:http_412"},
		{user.Create, 403, `{"detail":"User already exists"}`, "_conflict:http_403"},
		{user.Create, 403, `{"detail":"Not allowed"}`, "denied:http_403"},
		{user.Update, 412, `{}`, "refused:http_412"},
		{user.Create, 400, `{"detail":"already exists","scimType":"invalidValue"}`, "_conflict:invalidValue"},
		{user.Update, 400, `{"detail":"already exists"}`, "refused:http_400"},
		{user.Create, 422, `{"scimType":"not a word"}`, "refused:http_422"},
		{user.Create, 413, ``, "refused:http_413"},
		{user.Create, 404, ``, "denied:http_404"},
		{user.Create, 429, ``, "not taken:http_429"},
		{user.Create, 500, unique, "perhaps taken:http_500"},
		{user.Update, 200, shown, "updated k1"},
		{user.Update, 204, "", "updated"},
		{user.Update, 200, "", "perhaps taken:not_json"},
		{user.Update, 200, "{}", "in_doubt:no_answer"},
		{user.Delete, 200, "null", "perhaps taken:not_json"},
		{user.Update, 200, `{"id":"k2"}`, "in_doubt:other_id"},
		{user.Update, 200, unique, "in_doubt:contradiction"},
		{user.Update, 404, `{"status":404}`, "_missing:http_404"},
		{user.Update, 404, `<html>`, "denied:http_404"},
		{user.Update, 409, unique, "refused:uniqueness"},
		{user.Update, 412, ``, "refused:http_412"},
		{user.Delete, 204, "", "deleted"},
		{user.Delete, 200, shown, "deleted k1"},
		{user.Delete, 200, `{"id":"k2"}`, "in_doubt:other_id"},
		{user.Delete, 404, ``, "_missing:http_404"},
		{user.Delete, 410, ``, "_missing:http_410"},
		{user.Delete, 404, ` <!doctype html>`, "denied:http_404"},
		{user.Delete, 202, ``, "accepted"},
	} {
		c, _ := serve(t, Config{Features: everything}, answer{test.status, test.body})
		outcomes, err := c.Apply(t.Context(), user.Batch{Op: test.op, Records: []*user.Record{with("k1", person("a", "user_name", "ann@example.com"))}})
		var got string
		if ce := expect.CallError(t, err); ce != nil {
			got = ce.Fault.String() + ":" + ce.Code
		} else {
			got = spell(outcomes[0])
			if outcomes[0].HTTP != test.status || outcomes[0].RequestID != "req-7" {
				t.Errorf("%s %d: %+v", test.op, test.status, outcomes[0])
			}
			if strings.Contains(outcomes[0].Detail, "ann") {
				t.Errorf("the value shows: %s", outcomes[0].Detail)
			}
		}
		if got != test.want {
			t.Errorf("%s %d %s: %s, want %s", test.op, test.status, test.body, got, test.want)
		}
	}
}

// A server that answers active:true after a deactivation has not done it.
func TestDeactivation(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":"k1","active":false}`: "deleted:deactivated k1", `{"id":"k1"}`: "deleted:deactivated k1", `{}`: "deleted:deactivated",
		`{"id":"k1","active":true}`: "in_doubt:contradiction k1", `{"id":"k1","active":"True"}`: "in_doubt:contradiction k1",
	} {
		c, _ := serve(t, Config{Features: everything, Deactivate: true}, answer{200, body})
		outcomes, err := c.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{with("k1", person("a"))}})
		if err != nil || spell(outcomes[0]) != want {
			t.Errorf("%s: %v %v", body, outcomes, err)
		}
	}
}

func bulk(operations ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":[` + strings.Join(operations, ",") + `]}`
}

const (
	ok1   = `{"method":"POST","bulkId":"1","location":"https://x.example/v2/Users/k1","status":"201"}`
	ok2   = `{"method":"POST","bulkId":"2","location":"/Users/k%2F2","status":"201","response":{"id":"k/2"}}`
	ok3   = `{"method":"POST","bulkId":"3","location":"https://x.example/v2/Users/k3/","status":201}`
	bad2  = `{"method":"POST","bulkId":"2","status":{"code":"400"},"response":{"scimType":"invalidValue","detail":"x"}}`
	same2 = `{"method":"POST","bulkId":"2","status":"409","response":` + unique + `}`
)

// What an answer about three creates means for each.
func TestBulkCreates(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"in order":                     {200, bulk(ok1, ok2, ok3), "created k1, created k/2, created k3"},
		"in another order":             {200, bulk(ok3, bad2, ok1), "created k1, refused:invalidValue, created k3"},
		"somebody exists":              {200, bulk(same2, ok3, ok1), "created k1, _exists:uniqueness, created k3"},
		"one is not mentioned":         {200, bulk(ok3, ok1), "created k1, in_doubt:no_answer, created k3"},
		"nobody is mentioned":          {200, bulk(), "in_doubt:no_answer, in_doubt:no_answer, in_doubt:no_answer"},
		"no operations":                {200, `{}`, "in_doubt:no_answer, in_doubt:no_answer, in_doubt:no_answer"},
		"operations is null":           {200, `{"Operations":null}`, "in_doubt:no_answer, in_doubt:no_answer, in_doubt:no_answer"},
		"another case of names":        {200, `{"operations":[` + strings.ToUpper(`{"method":"POST","bulkId":"1","status":"201"}`) + `]}`, "in_doubt:no_key, in_doubt:no_answer, in_doubt:no_answer"},
		"said twice, alike":            {200, bulk(ok1, ok2, ok3, ok3), "created k1, created k/2, created k3"},
		"said twice, not alike":        {200, bulk(ok1, ok2, ok3, bad2), "created k1, in_doubt:contradiction, created k3"},
		"a stranger":                   {200, bulk(ok1, strings.ReplaceAll(ok2, `"2"`, `"9"`), ok3), "created k1, in_doubt:no_answer, created k3"},
		"no bulkIds, all there":        {200, bulk(`{"status":"201"}`, `{"status":"400"}`, `{"status":"201"}`), "in_doubt:no_answer, in_doubt:no_answer, in_doubt:no_answer"},
		"no bulkIds, one lost":         {200, bulk(`{"status":"201"}`, `{"status":"201"}`), "in_doubt:no_answer, in_doubt:no_answer, in_doubt:no_answer"},
		"one bulkId lost, in order":    {200, bulk(ok1, `{"method":"POST","status":"201"}`, ok3), "created k1, in_doubt:no_key, created k3"},
		"one bulkId lost, no order":    {200, bulk(ok3, `{"method":"POST","status":"201"}`, ok1), "created k1, in_doubt:no_key, created k3"},
		"an id from elsewhere":         {200, bulk(ok1, `{"method":"POST","bulkId":"02","status":"201"}`, ok3), "created k1, in_doubt:no_answer, created k3"},
		"another method":               {200, bulk(ok1, strings.ReplaceAll(ok2, "POST", "PUT"), ok3), "created k1, in_doubt:no_answer, created k3"},
		"what is no operation":         {200, bulk(ok1, `7`, ok3), "created k1, in_doubt:no_answer, created k3"},
		"no status":                    {200, bulk(ok1, `{"method":"POST","bulkId":"2"}`, ok3), "created k1, in_doubt:no_answer, created k3"},
		"a status inside":              {200, bulk(ok1, `{"method":"POST","bulkId":"2","response":{"status":"409"}}`, ok3), "created k1, _exists:http_409, created k3"},
		"a success with an error":      {200, bulk(ok1, `{"method":"POST","bulkId":"2","status":"201","response":`+unique+`}`, ok3), "created k1, in_doubt:contradiction, created k3"},
		"another user is shown":        {200, bulk(ok1, `{"method":"POST","bulkId":"2","status":"201","response":{"externalId":"zz"}}`, ok3), "created k1, in_doubt:other_id, created k3"},
		"an item that is busy":         {200, bulk(ok1, `{"bulkId":"2","status":"429"}`, `{"bulkId":"3","status":"500"}`), "created k1, _busy:http_429, in_doubt:http_500"},
		"odd types do no harm":         {200, bulk(`{"method":[],"bulkId":1,"location":{},"status":"201","response":"fine","version":7}`, ok2, ok3), "in_doubt:no_key, created k/2, created k3"},
		"taken for later":              {202, ``, "accepted, accepted, accepted"},
		"taken for later, but one":     {202, bulk(bad2), "accepted, refused:invalidValue, accepted"},
		"an error in a success":        {200, unique, "in_doubt:contradiction, in_doubt:contradiction, in_doubt:contradiction"},
		"an empty success":             {204, ``, "in_doubt:http_204, in_doubt:http_204, in_doubt:http_204"},
		"an error that tells of users": {400, bulk(ok1, bad2, ok3), "in_doubt:contradiction, refused:invalidValue, in_doubt:contradiction"},
		"cut":                          {200, bulk(ok1, ok2, ok3)[:120], "perhaps taken:not_json"},
		"a page":                       {200, `<html>`, "perhaps taken:not_json"},
		"names that stand twice":       {200, `{"Operations":[],"Operations":[]}`, "perhaps taken:not_json"},
		"too large":                    {413, `{"scimType":"tooMany"}`, "refused:tooMany"},
		"refused whole":                {400, `{"scimType":"invalidSyntax","detail":"x"}`, "refused:invalidSyntax"},
		"no such address":              {404, ``, "denied:http_404"},
		"no Bulk after all":            {405, ``, "denied:http_405"},
		"down":                         {503, ``, "not taken:http_503"},
	} {
		c, _ := serve(t, Config{Features: everything}, answer{test.status, test.body})
		records := []*user.Record{person("a", "user_name", "ann@example.com"), person("b", "user_name", "bob"), person("c", "user_name", "cy")}
		got, err := outcomes3(c.Apply(t.Context(), user.Batch{Op: user.Create, Records: records}))
		if ce := expect.CallError(t, err); ce != nil {
			got = ce.Fault.String() + ":" + ce.Code
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func outcomes3(outcomes []user.Outcome, err error) (string, error) {
	var list []string
	for _, o := range outcomes {
		list = append(list, spell(o))
	}
	return strings.Join(list, ", "), err
}

// Answers to updates and deletes are matched by location, then by path, then by index.
func TestBulkUpdates(t *testing.T) {
	const (
		del1 = `{"method":"DELETE","location":"https://x.example/v2/Users/k1","status":"204"}`
		del2 = `{"method":"DELETE","path":"/Users/k%2F2","status":"404"}`
		del3 = `{"method":"DELETE","location":"/v2/Users/k3","status":"204"}`
		bare = `{"method":"DELETE","status":"204"}`
	)
	for name, test := range map[string]struct{ body, want string }{
		"in another order":          {bulk(del3, del2, del1), "deleted, _missing:http_404, deleted"},
		"no location, in order":     {bulk(del1, bare, del3), "deleted, deleted, deleted"},
		"no location, no order":     {bulk(del3, bare, del1), "deleted, deleted, deleted"},
		"no locations at all":       {bulk(bare, bare, bare), "deleted, deleted, deleted"},
		"no locations, one lost":    {bulk(bare, bare), "in_doubt:no_answer, in_doubt:no_answer, in_doubt:no_answer"},
		"a location from elsewhere": {bulk(del1, `{"method":"DELETE","location":"/v2/Groups/k3","status":"204"}`, del2), "deleted, _missing:http_404, in_doubt:no_answer"},
		"a bulkId that is ours":     {bulk(`{"method":"DELETE","bulkId":"3","location":"/v2/Users/k1","status":"204"}`), "deleted, in_doubt:no_answer, in_doubt:no_answer"},
	} {
		c, _ := serve(t, Config{Features: everything}, answer{200, test.body})
		got, err := outcomes3(c.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{with("k1", person("a")), with("k/2", person("b")), with("k3", person("c"))}}))
		if err != nil || got != test.want {
			t.Errorf("%s: %s %v, want %s", name, got, err, test.want)
		}
	}
	// Two records with one key get the operations at their own indexes.
	c, _ := serve(t, Config{Features: everything}, answer{200, bulk(del1, strings.ReplaceAll(del1, "204", "404"))})
	got, err := outcomes3(c.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{with("k1", person("a")), with("k1", person("b"))}}))
	if err != nil || got != "deleted, _missing:http_404" {
		t.Errorf("%s %v", got, err)
	}
}

// A call that would be too large is not made, and one that the server finds too large
// makes the next ones smaller.
func TestPayload(t *testing.T) {
	records := []*user.Record{person("a", "user_name", "ann"), person("b", "user_name", "bob"), person("c", "user_name", "cy")}
	b := user.Batch{Op: user.Create, Records: records}
	c, s := serve(t, Config{Features: Features{Bulk: true, MaxOperations: 9, MaxPayload: 400}}, answer{200, bulk(ok1, ok2, ok3)})
	_, err := c.Apply(t.Context(), b)
	if ce := expect.CallError(t, err); ce == nil || ce.Fault != destination.RefusedWhole || ce.Status != 413 || len(s.calls) != 0 {
		t.Fatalf("%v after %v", err, s.asked())
	}
	for most := 1; most < 600; most++ {
		c.config.Features.MaxPayload = int64(most)
		n := c.Fits(b)
		if size := len(c.appendBulk(nil, user.Create, records[:n])); size > most && n > 1 || n < 3 && len(c.appendBulk(nil, user.Create, records[:n+1])) <= most {
			t.Errorf("%d fit into %d bytes, and are %d", n, most, size)
		}
	}
	c, s = serve(t, Config{Features: Features{Bulk: true, MaxOperations: 9}}, answer{413, ""}, answer{200, bulk(ok1, ok2)})
	if n := c.Fits(b); n != 3 {
		t.Errorf("%d fit where no limit is known", n)
	}
	if _, err := c.Apply(t.Context(), b); expect.CallError(t, err) == nil {
		t.Fatal("no error")
	}
	n := c.Fits(b)
	if n >= 3 {
		t.Fatalf("%d fit after a 413 for %d bytes", n, len(s.calls[0].body))
	}
	_, err = c.Apply(t.Context(), b.Of(records[:n]))
	if err != nil && n > 1 || len(s.calls) != 2 {
		t.Errorf("%d users: %v %v", n, err, s.asked())
	}
	for _, sent := range s.calls[1:] {
		if len(sent.body) > len(s.calls[0].body)/2 {
			t.Errorf("%d bytes after a 413 for %d", len(sent.body), len(s.calls[0].body))
		}
	}
}
