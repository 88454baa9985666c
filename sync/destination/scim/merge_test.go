package scim

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// wide lets a client be wrapped by middleware that needs a read.
type wide struct{ *Client }

// A PUT sends back all that the server returned, digit for digit, with the record on top.
func TestPutKeepsUnknownAttributes(t *testing.T) {
	const held = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:x:y"],"id":"k1","externalId":"theirs","meta":{"version":"W/1"},"userName":"ann","Title":"Dr",` +
		`"nickName":"Annie","groups":[{"value":"g"}],"emails":[{"value":"h@example.com","type":"home"},{"type":"WORK","value":"old@example.com","primary":true}],` +
		`"urn:x:y":{"limit":12345678901234567890.10}}`
	c, s := serve(t, Config{}, answer{200, held}, answer{200, `{"id":"k1"}`})
	r := with("k1", person("a", "user_name", "ann", "title", "Prof", "email", "new@example.com", "nick_name", "(clear)", "department", "Sales"))
	outcomes, err := stack.ReadModifyWrite{API: wide{c}}.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{r}})
	if err != nil || spell(outcomes[0]) != "updated k1" {
		t.Fatal(outcomes, err)
	}
	want := []string{"GET /v2/Users/k1", `PUT /v2/Users/k1 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:x:y","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"k1","externalId":"theirs",` +
		`"userName":"ann","Title":"Prof","emails":[{"value":"h@example.com","type":"home"},{"type":"WORK","value":"new@example.com","primary":true}],"urn:x:y":{"limit":12345678901234567890.10},` +
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales"}}`}
	if diff := cmp.Diff(want, s.asked()); diff != "" {
		t.Error(diff)
	}
}

func TestPutIsNotSentIfNothingChanges(t *testing.T) {
	c, s := serve(t, Config{}, answer{200, `{"id":"k1","userName":"ann","title":"Dr"}`})
	outcomes, err := stack.ReadModifyWrite{API: wide{c}}.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{with("k1", person("a", "user_name", "ann", "title", "Dr"))}})
	if err != nil || spell(outcomes[0]) != "unchanged:same k1" || len(s.calls) != 1 {
		t.Error(outcomes, err, s.asked())
	}
}

// A deactivation by PUT changes one attribute.
func TestDeactivateByPut(t *testing.T) {
	c, s := serve(t, Config{Deactivate: true}, answer{200, `{"id":"k1","userName":"ann","title":"Dr","active":true}`}, answer{204, ``})
	r := with("k1", person("a", "title", "not this"))
	r.Op = user.Delete
	outcomes, err := stack.ReadModifyWrite{API: wide{c}}.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{r}})
	if err != nil || spell(outcomes[0]) != "deleted:deactivated" {
		t.Fatal(outcomes, err)
	}
	want := []string{"GET /v2/Users/k1", `PUT /v2/Users/k1 {"id":"k1","userName":"ann","title":"Dr","active":false,"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`}
	if diff := cmp.Diff(want, s.asked()); diff != "" {
		t.Error(diff)
	}
	c, s = serve(t, Config{Deactivate: true}, answer{200, `{"id":"k1","userName":"ann","active":false}`})
	outcomes, err = stack.ReadModifyWrite{API: wide{c}}.Apply(t.Context(), user.Batch{Op: user.Delete, Records: []*user.Record{r}})
	if err != nil || outcomes[0].Status != user.Missing || len(s.calls) != 1 {
		t.Error(outcomes, err, s.asked())
	}
}

const noTarget = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"noTarget","detail":"nothing there"}`

// A first phone number is added as a whole if the server refuses to add to a missing one.
func TestMissingElementIsAddedWhole(t *testing.T) {
	const patchHead = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
	c, s := serve(t, Config{Features: everything}, answer{400, noTarget}, answer{200, `{"id":"k1","emails":[{"type":"work","value":"x"}]}`}, answer{204, ""})
	r := with("k1", person("a", "title", "Dr", "email", "a@example.com", "phone", "+14155550101", "phoneNumbers[work].primary", "true", "ims[aim].value", "(clear)"))
	outcomes, err := c.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{r}})
	if err != nil || spell(outcomes[0]) != "updated" {
		t.Fatal(outcomes, err)
	}
	want := []string{"GET /v2/Users/k1", "PATCH /v2/Users/k1 " + patchHead + `{"op":"replace","path":"title","value":"Dr"},{"op":"replace","path":"emails[type eq \"work\"].value","value":"a@example.com"},` +
		`{"op":"add","path":"phoneNumbers","value":[{"type":"work","value":"+14155550101","primary":true}]}]}`}
	if diff := cmp.Diff(want, s.asked()[1:]); diff != "" {
		t.Error(diff)
	}
}

// If the read fails, the outcome says what the answers said, and nothing is reported done
// that was not.
func TestNoTargetThenReadFails(t *testing.T) {
	for name, test := range map[string]struct {
		answers []answer
		want    string
	}{
		"again":            {[]answer{{400, noTarget}, {200, `{"id":"k1"}`}, {400, noTarget}}, "refused:noTarget"},
		"gone meanwhile":   {[]answer{{400, noTarget}, {404, `{}`}}, "_missing"},
		"another is shown": {[]answer{{400, noTarget}, {200, `{"id":"k2"}`}}, "refused:noTarget"},
		"not readable":     {[]answer{{400, noTarget}, {400, `{}`}}, "refused:noTarget"},
		"busy":             {[]answer{{400, noTarget}, {503, ``}}, "_busy:http_503"},
		"lost":             {[]answer{{400, noTarget}, {200, `{"id":"k1"}`}, {500, ``}}, "in_doubt:http_500"},
		"busy at last":     {[]answer{{400, noTarget}, {200, `{"id":"k1"}`}, {429, ``}}, "_busy:http_429"},
	} {
		c, _ := serve(t, Config{Features: everything}, test.answers...)
		outcomes, err := c.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{with("k1", person("a", "email", "a@example.com"))}})
		if err != nil || spell(outcomes[0]) != test.want {
			t.Errorf("%s: %v %v, want %s", name, outcomes, err, test.want)
		}
	}
	c, _ := serve(t, Config{Features: everything}, answer{400, noTarget}, answer{403, ``})
	_, err := c.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{with("k1", person("a", "email", "a@example.com"))}})
	if ce := expect.CallError(t, err); ce == nil || ce.Fault != destination.Denied {
		t.Errorf("denied: %v", err)
	}
}
