package konstantly

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// turnstile admits this many calls.
type turnstile struct{ left int }

var errNoTurn = errors.New("no turn is left")

func (s *turnstile) Begin(context.Context) (func(int, bool), error) {
	if s.left == 0 {
		return nil, errNoTurn
	}
	s.left--
	return func(int, bool) {}, nil
}

func (*turnstile) Answered() uint64 { return 0 }

func TestUpdateAndDeleteAnswers(t *testing.T) {
	for _, test := range []struct {
		op     user.Op
		answer reply
		want   string
	}{
		// Except for the status 200, the answer to a PATCH is not documented.
		{user.Update, `200 `, "updated 200 not sent, as the user exists: password"},
		{user.Update, `204`, "updated 204 not sent, as the user exists: password"},
		{user.Update, `200 {}`, "updated 200 not sent, as the user exists: password"},
		{user.Update, `200 {"success":true}`, "updated 200 not sent, as the user exists: password"},
		{user.Update, `200 ` + e1, "updated 200 not sent, as the user exists: password"},
		{user.Update, `200 ` + e2, "in_doubt other_id 200"},
		{user.Update, `202 `, "in_doubt http_202 202"},
		{user.Update, `200 <html>`, "perhaps taken not_json"},
		{user.Update, `200 OK`, "perhaps taken not_json"},
		{user.Update, `200 {"id":`, "perhaps taken cut_answer"},
		{user.Update, `200 {"status":400,"message":"Validation failed","errors":{"email":["Already used"]}}`, "refused bad_email 400 email: Already used"},
		{user.Update, `200 {"status":"404","message":"Not found"}`, "_missing not_found 404 Not found"},
		{user.Update, `200 {"status":500}`, "in_doubt error_inside 200"},
		{user.Update, `200 {"error":"boom"}`, "in_doubt error_inside 200 boom"},
		{user.Update, `200 {"id":"E1","status":429}`, "in_doubt error_inside 200"},
		{user.Update, `200 {"status":429}`, "_busy http_429 429"},
		{user.Update, absent, "_missing not_found 404 Not found"},
		{user.Update, `404 `, "_missing http_404 404"},
		{user.Update, "404 \n<!DOCTYPE html>", "denied http_404"},
		{user.Update, invalid400, "refused bad_email 400 email: Invalid email format"},
		{user.Update, `400 {"errors":{"grade":["Unknown option"],"zzz":["x"]}}`, "refused bad_attributes 400 attributes.grade: Unknown option; …"},
		{user.Update, `409 {}`, "refused http_409 409"},
		{user.Update, `403 `, "denied http_403"},
		{user.Update, `500 `, "perhaps taken http_500"},
		{user.Update, `429 `, "not taken http_429"},
		{user.Delete, `200 `, "deleted 200"},
		{user.Delete, `204`, "deleted 204"},
		{user.Delete, `200 {}`, "deleted 200"},
		{user.Delete, `200 ` + e1, "deleted 200"},
		{user.Delete, `200 ` + e2, "in_doubt other_id 200"},
		{user.Delete, `200 {"status":422,"message":"Expert"}`, "refused expert 422 Expert"},
		{user.Delete, `202 `, "in_doubt http_202 202"},
		{user.Delete, `200 <html>`, "perhaps taken not_json"},
		{user.Delete, absent, "_missing not_found 404 Not found"},
		{user.Delete, `404 <html>`, "denied http_404"},
		{user.Delete, `422 {"status":422,"message":"Expert on courses"}`, "refused expert_on_courses 422 Expert on courses"},
		{user.Delete, `422 `, "refused http_422 422"},
	} {
		c, s := serve(t, map[string]reply{"PATCH /users/E1": test.answer, "DELETE /users/E1": test.answer})
		r := person("E1", attr("attributes.grade", text("7")))
		if got := apply(t, c, test.op, r); got != test.want || len(s.calls) != 1 {
			t.Errorf("%s %s: got %s, want %s", test.op, test.answer, got, test.want)
		}
	}
}

// TestKept: an update says what it did not send.
func TestKept(t *testing.T) {
	answers := map[string]reply{"PATCH /users/E1": "200 "}
	c, _ := serve(t, answers)
	if got := apply(t, c, user.Update, full()); got != "updated 200 not sent, as the user exists: courses, groups, deadline_at, password" {
		t.Error(got)
	}
	c, _ = serve(t, answers, always)
	if got := apply(t, c, user.Update, person("E1")); got != "updated 200" {
		t.Error(got)
	}
}

const (
	banned = `{"id":"E1","isBanned":true}`
	block  = "POST /users/blocked"
	free   = "DELETE /users/blocked/E1"
	patch  = "PATCH /users/E1"
)

func TestBlock(t *testing.T) {
	for answer, want := range map[reply]string{
		`200 ` + banned:      "deleted blocked 200",
		`201 ` + banned:      "deleted blocked 201",
		`200 ` + e1:          "in_doubt not_blocked 200",
		`200 {"id":"E1"}`:    "in_doubt no_answer 200",
		`200 {}`:             "in_doubt no_answer 200",
		`200 `:               "in_doubt no_answer 200",
		`200 ` + e2:          "in_doubt other_id 200",
		`200 <html>`:         "perhaps taken not_json",
		absent:               "_missing not_found 404 Not found",
		`404 <html>`:         "denied http_404",
		`422 {"status":422}`: "refused http_422 422",
		`500 `:               "perhaps taken http_500",
	} {
		c, s := serve(t, map[string]reply{block: answer}, blocking)
		if got := apply(t, c, user.Delete, person("E1")); got != want || len(s.calls) != 1 {
			t.Errorf("%s: got %s, want %s", answer, got, want)
		}
	}
}

// TestUnblock: where a delete blocks, an updated user must not stay blocked.
func TestUnblock(t *testing.T) {
	const kept = " not sent, as the user exists: password"
	for name, test := range map[string]struct {
		answers map[string]reply
		want    string
		calls   []string
	}{
		"active, as the answer shows":  {map[string]reply{patch: "200 " + e1}, "updated 200" + kept, []string{patch}},
		"active, as a read shows":      {map[string]reply{patch: "200 ", get: "200 " + e1}, "updated 200" + kept, []string{patch, get}},
		"blocked, as the answer shows": {map[string]reply{patch: "200 " + banned, free: "200 {}"}, "updated unblocked 200" + kept, []string{patch, free}},
		"blocked, as a read shows":     {map[string]reply{patch: "200 ", get: "200 " + banned, free: "204"}, "updated unblocked 204" + kept, []string{patch, get, free}},
		"the licence is used up":       {map[string]reply{patch: "200 " + banned, free: `402 {"message":"Upgrade"}`}, "refused licence_limit 402 updated, but still blocked: Upgrade", []string{patch, free}},
		"another client was faster":    {map[string]reply{patch: "200 " + banned, free: absent}, "in_doubt not_found 404 updated, and perhaps still blocked: Not found", []string{patch, free}},
		"still blocked":                {map[string]reply{patch: "200 " + banned, free: "200 " + banned}, "in_doubt still_blocked 200 updated, but still blocked", []string{patch, free}},
		"the call fails":               {map[string]reply{patch: "200 " + banned, free: "503 "}, "perhaps taken http_503", []string{patch, free}},
		"the look fails":               {map[string]reply{patch: "200 ", get: "429 "}, "perhaps taken http_429", []string{patch, get}},
		"the look is denied":           {map[string]reply{patch: "200 ", get: "403 "}, "denied http_403", []string{patch, get}},
		"deleted in between":           {map[string]reply{patch: "200 ", get: absent}, "_missing 200" + kept, []string{patch, get}},
		"another user is shown":        {map[string]reply{patch: "200 ", get: "200 " + e2}, "in_doubt no_answer 200 updated, and perhaps still blocked", []string{patch, get}},
		"a refused update":             {map[string]reply{patch: invalid400}, "refused bad_email 400 email: Invalid email format", []string{patch}},
	} {
		c, s := serve(t, test.answers, blocking)
		if got := apply(t, c, user.Update, person("E1")); got != test.want || !cmp.Equal(s.calls, test.calls) {
			t.Errorf("%s: got %s, want %s; %v", name, got, test.want, s.calls)
		}
	}
	c, s := serve(t, map[string]reply{patch: "200 " + banned})
	if got := apply(t, c, user.Update, person("E1")); got != "updated 200"+kept || len(s.calls) != 1 {
		t.Errorf("where a delete deletes, another client made the block: %s, %v", got, s.calls)
	}
}

func TestFind(t *testing.T) {
	shown := func(more string) reply { return reply(`200 {"id":"E1",` + more + `}`) }
	const same = `"name":"Frieda Mustermann","email":"FRIEDA@mail.example","role":{"alias":"learner"},"isBanned":false`
	for name, test := range map[string]struct {
		answer   reply
		presence destination.Presence
		differs  []user.Field
		fault    string
	}{
		"absent":                        {absent, destination.Absent, nil, ""},
		"same":                          {shown(same + `,"occupation":"x","attributes":{"languages":[2,1],"grade":7,"other":1}`), destination.Same, nil, ""},
		"what is not shown":             {shown(`"name":null,"attributes":{"grade":null}`), destination.Same, nil, ""},
		"attributes that are null":      {shown(`"attributes":null`), destination.Same, nil, ""},
		"the set is not shown":          {shown(same), destination.Unknown, nil, ""},
		"the set in another form":       {shown(`"attributes":[{"apiId":"grade","value":7}]`), destination.Unknown, nil, ""},
		"the set in one word":           {shown(`"attributes":"grade"`), destination.Unknown, nil, ""},
		"no attributes":                 {shown(`"attributes":[]`), destination.Same, nil, ""},
		"a role in one word":            {shown(`"role":"learner","attributes":{}`), destination.Same, nil, ""},
		"different":                     {shown(`"name":"Frieda","email":"o@mail.example","role":{"alias":"expert"},"attributes":{"grade":8,"languages":[1]}`), destination.Different, []user.Field{user.Name, user.Email, user.Role, "attributes.grade", "attributes.languages"}, ""},
		"blocked, where deletes delete": {shown(`"isBanned":true,"attributes":{}`), destination.Same, nil, ""},
		"another user":                  {"200 " + e2, destination.Unknown, nil, ""},
		"nobody":                        {"200 {}", destination.Unknown, nil, ""},
		"nothing":                       {"200 ", 0, nil, "perhaps taken error_inside"},
		"an error inside":               {`200 {"status":404,"message":"Not found"}`, 0, nil, "perhaps taken error_inside"},
		"a page":                        {"200 <html>", 0, nil, "perhaps taken not_json"},
		"a gateway":                     {"404 <html>", 0, nil, "denied http_404"},
		"refused":                       {`400 {"message":"Bad Request"}`, 0, nil, "refused bad_request"},
		"down":                          {"500 ", 0, nil, "perhaps taken http_500"},
	} {
		c, _ := serve(t, map[string]reply{get: test.answer})
		r := person("E1", attr("attributes.grade", text("7")), attr("attributes.languages", user.JSONValue("[1, 2]")))
		found, err := c.Find(t.Context(), r)
		var ce *destination.CallError
		fault := ""
		if errors.As(err, &ce) {
			fault = ce.Fault.String() + " " + ce.Code
		}
		if found.Presence != test.presence || fault != test.fault || !cmp.Equal(found.Differs, test.differs) {
			t.Errorf("%s: got %+v, %s", name, found, fault)
		}
	}
}

// TestFindWhoIsBlocked: where a delete blocks, a block is absence.
func TestFindWhoIsBlocked(t *testing.T) {
	c, _ := serve(t, map[string]reply{get: "200 " + banned}, blocking)
	for op, want := range map[user.Op]destination.Presence{user.Delete: destination.Absent, user.Upsert: destination.Different, user.Update: destination.Different} {
		found, err := c.Find(t.Context(), as(op, person("E1")))
		if err != nil || found.Presence != want {
			t.Errorf("%s: %v, %v", op, found, err)
		}
	}
}

// TestClearedAttribute: it differs as long as the API has a value.
func TestClearedAttribute(t *testing.T) {
	for body, want := range map[reply]destination.Presence{`200 {"id":"E1","attributes":{"grade":7}}`: destination.Different, `200 {"id":"E1","attributes":{"grade":null}}`: destination.Same} {
		c, _ := serve(t, map[string]reply{get: body})
		if found, err := c.Find(t.Context(), person("E1", attr("attributes.grade", user.Value{Kind: user.Clear}))); err != nil || found.Presence != want {
			t.Errorf("%s: %v, %v", body, found, err)
		}
	}
}

// TestHeldIsSentBack: the set of attributes is sent back unchanged, whatever the
// schema says.
func TestHeldIsSentBack(t *testing.T) {
	const held = `{"department":"Closed down","empty":null,"grade":7.50,"huge":12345678901234567890.0,"languages":[31,99],"note":"zo\u00eb","odd":{"a":[1, 2]},"remote":true}`
	for _, set := range []func(*Config){asked, func(*Config) {}} {
		c, s := serve(t, map[string]reply{get: reply(`200 {"id":"E1","name":"x","email":"frieda@mail.example","attributes":` + held + `}`), patch: "200 "}, set)
		merged := stack.ReadModifyWrite{API: c}
		r := as(user.Update, &user.Record{User: user.User{ID: "E1", Attributes: []user.Attribute{attr(user.Email, text("frieda@mail.example")), attr("attributes.badge", text("B7"))}}})
		outcomes, err := merged.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{r}})
		if got := told(t, outcomes, err); got != "updated 200" {
			t.Fatal(got)
		}
		want := `{"email":"frieda@mail.example","attributes":{"badge":"B7","department":"Closed down","empty":null,"grade":7.50,"huge":12345678901234567890.0,"languages":[31,99],"note":"zoë","odd":{"a":[1, 2]},"remote":true}}`
		if !cmp.Equal(s.calls, []string{get, patch}) || s.bodies[1] != want {
			t.Errorf("%v %s", s.calls, s.bodies[1])
		}
	}
}

// TestAnUnseenSetIsNotReplaced: no user loses attributes that were not shown.
func TestAnUnseenSetIsNotReplaced(t *testing.T) {
	c, s := serve(t, map[string]reply{get: `200 {"id":"E1","name":"x","email":"frieda@mail.example"}`})
	r := as(user.Update, person("E1", attr("attributes.badge", text("B7"))))
	outcomes, err := stack.ReadModifyWrite{API: c}.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{r}})
	if got := told(t, outcomes, err); got != "failed unread 200" || !cmp.Equal(s.calls, []string{get}) {
		t.Errorf("%s, %v", got, s.calls)
	}
}

// TestNoAttributesNoRead: an update of other fields is not preceded by a read.
func TestNoAttributesNoRead(t *testing.T) {
	c, s := serve(t, map[string]reply{patch: "200 "})
	outcomes, err := stack.ReadModifyWrite{API: c}.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{person("E1")}})
	if got := told(t, outcomes, err); got != "updated 200 not sent, as the user exists: password" || !cmp.Equal(s.calls, []string{patch}) {
		t.Errorf("%s, %v", got, s.calls)
	}
}
