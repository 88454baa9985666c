package konstantly

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

const (
	e1         = `{"id":"E1","name":"Frieda Mustermann","language":"en","email":"frieda@mail.example","isBanned":false,"role":{"alias":"learner"},"fromApi":true,"image":null,"attributes":{}}`
	e2         = `{"id":"E2","name":"Otto","email":"frieda@mail.example","isBanned":false,"role":{"alias":"learner"},"attributes":{}}`
	invalid400 = `400 {"status":400,"message":"Validation failed","errors":{"email":["Invalid email format"]}}`
	absent     = `404 {"status":404,"message":"Not found"}`
	post       = "POST /users"
	get        = "GET /users/E1"
	byEmail    = "GET /users/byEmail/frieda@mail.example"
)

// TestCreateAnswers: answers that need no further call.
func TestCreateAnswers(t *testing.T) {
	for answer, want := range map[reply]string{
		`201 ` + e1:              "created 201",
		`200 ` + e1:              "created 200",
		`201 {"id":"E1"}`:        "created 201",
		`201 ` + e2:              "in_doubt other_id 201",
		`201 {"id":1001}`:        "in_doubt other_id 201",
		`201 {}`:                 "in_doubt no_answer 201",
		`201 null`:               "in_doubt no_answer 201",
		`201 `:                   "in_doubt no_answer 201",
		`204`:                    "in_doubt no_answer 204",
		`202 ` + e1:              "in_doubt http_202 202",
		`200 <html>`:             "perhaps taken not_json",
		`200 []`:                 "perhaps taken not_json",
		`201 {"id":"E1","name"`:  "perhaps taken cut_answer",
		`201 {"id":"E1","id":2}`: "perhaps taken not_json",
		`200 {"status":500,"message":"Something broke"}`:                                       "in_doubt error_inside 200 Something broke",
		`200 {"message":"Queued"}`:                                                             "in_doubt error_inside 200 Queued",
		`201 {"id":"E1","errors":{"groups":["No such group"]}}`:                                "in_doubt error_inside 201 groups: No such group",
		`201 {"id":"E1","status":400}`:                                                         "in_doubt error_inside 201",
		`200 {"status":400,"message":"Validation failed","errors":{"password":["Too short"]}}`: "refused bad_password 400 password: Too short",
		`400 {"status":400,"message":"Validation failed","errors":{"roleAlias":["No such role"],"deadlineAt":["No date"]}}`: "refused bad_deadline_at 400 deadline_at: No date; role: No such role",
		`400 {"errors":{"courses.0":["No such course"]}}`:                                                                   "refused bad_courses 400 courses: No such course",
		`400 {"errors":{"attributes.grade":["Wrong"]}}`:                                                                     "refused http_400 400 …: Wrong",
		`402 {"status":402,"message":"License limit"}`:                                                                      "refused licence_limit 402 License limit",
		`405 {"message":"Method not allowed"}`:                                                                              "refused method_not_allowed 405 Method not allowed",
		`404 {"message":"Not found"}`:                                                                                       "denied http_404",
		`401 {"message":"Unauthorized"}`:                                                                                    "denied unauthorized",
		`403 `:                                                                                                              "denied http_403",
		`429 `:                                                                                                              "not taken http_429",
		`503 <html>`:                                                                                                        "not taken http_503",
		`500 `:                                                                                                              "perhaps taken http_500",
	} {
		c, s := serve(t, map[string]reply{post: answer})
		if got := apply(t, c, user.Create, person("E1")); got != want || len(s.calls) != 1 {
			t.Errorf("%s: got %s, want %s; %v", answer, got, want, s.calls)
		}
	}
}

// TestDisputedCreate: a create may be refused over the e-mail, the id or nothing in
// particular because the user exists, because another user has the e-mail, or for
// another reason.
func TestDisputedCreate(t *testing.T) {
	const taken = `400 {"status":400,"message":"Validation failed","errors":{"email":["Already used"]}}`
	whole := []string{post, get, byEmail}
	for name, test := range map[string]struct {
		answers map[string]reply
		want    string
		calls   []string
	}{
		"our own user":         {map[string]reply{post: taken, get: "200 " + e1}, "_exists 400", whole[:2]},
		"our own user, by 409": {map[string]reply{post: "409 ", get: "200 " + e1}, "_exists 409", whole[:2]},
		"our own user, by 422": {map[string]reply{post: `422 {"errors":{"id":"taken"}}`, get: "200 " + e1}, "_exists 422", whole[:2]},
		"no reason given":      {map[string]reply{post: `400 {"status":400,"message":"Bad Request"}`, get: "200 " + e1}, "_exists 400", whole[:2]},
		"a list of reasons":    {map[string]reply{post: `400 {"errors":["Already used"]}`, get: "200 " + e1}, "_exists 400", whole[:2]},
		"inside a success":     {map[string]reply{post: reply("200" + taken[3:]), get: "200 " + e1}, "_exists 400", whole[:2]},
		"another user has the e-mail": {map[string]reply{post: taken, get: absent, byEmail: "200 " + e2},
			"refused exists 400 another user of Konstantly has this e-mail address", whole},
		"another user, by 409": {map[string]reply{post: "409 ", get: absent, byEmail: "200 " + e2},
			"refused exists 409 another user of Konstantly has this e-mail address", whole},
		"our own user, a moment later": {map[string]reply{post: taken, get: absent, byEmail: "200 " + e1}, "_exists 400", whole},
		"an invalid e-mail": {map[string]reply{post: invalid400, get: absent, byEmail: "400 {}"},
			"refused bad_email 400 email: Invalid email format", whole},
		"no user has it": {map[string]reply{post: invalid400, get: absent, byEmail: absent},
			"refused bad_email 400 email: Invalid email format", whole},
		"an address that gets lost": {map[string]reply{post: invalid400, get: absent, byEmail: "404 <html>"},
			"refused bad_email 400 email: Invalid email format", whole},
		"no user has it, by 409": {map[string]reply{post: "409 ", get: absent, byEmail: absent}, "refused http_409 409", whole},
		"another user is shown":  {map[string]reply{post: taken, get: "200 " + e2}, "in_doubt no_answer 200", whole[:2]},
		"the look fails":         {map[string]reply{post: taken, get: "500 "}, "not taken http_500", whole[:2]},
		"the look is a page":     {map[string]reply{post: taken, get: "200 <html>"}, "not taken not_json", whole[:2]},
		"the look is denied":     {map[string]reply{post: taken, get: "403 "}, "denied http_403", whole[:2]},
		"the second look fails":  {map[string]reply{post: taken, get: absent, byEmail: "502 "}, "not taken http_502", whole},
		"the second look says nothing": {map[string]reply{post: taken, get: absent, byEmail: "200 {}"},
			"not taken error_inside", whole},
	} {
		c, s := serve(t, test.answers)
		if got := apply(t, c, user.Create, person("E1")); got != test.want || !cmp.Equal(s.calls, test.calls) {
			t.Errorf("%s: got %s, want %s; %v", name, got, test.want, s.calls)
		}
	}
}

// TestCreateOfTooLittle: a user who cannot be created may still exist.
func TestCreateOfTooLittle(t *testing.T) {
	for name, test := range map[string]struct {
		record *user.Record
		answer reply
		set    func(*Config)
		want   string
		call   string
	}{
		"there":             {without(person("E1"), user.Name), "200 " + e1, nil, "_exists 200", get},
		"not there":         {without(person("E1"), user.Role), absent, nil, "invalid missing_field 404 role: Konstantly requires it of a new user; fill the column, or add a line such as this under fields: in the config: role: {value: learner}", get},
		"without password":  {without(person("E1"), user.Password), absent, nil, "invalid missing_field 404 password: Konstantly requires one of a new user; fill the column, or set konstantly.password: generate in the config", get},
		"with one made up":  {without(person("E1"), user.Password), "201 " + e1, generating, "created 201", post},
		"unknown":           {without(person("E1"), user.Name), "200 " + e2, nil, "failed unread 200", get},
		"the look fails":    {without(person("E1"), user.Name), "500 ", nil, "not taken http_500", get},
		"the look is wrong": {without(person("E1"), user.Name), "404 <html>", nil, "denied http_404", get},
	} {
		var set []func(*Config)
		if test.set != nil {
			set = append(set, test.set)
		}
		c, s := serve(t, map[string]reply{test.call: test.answer}, set...)
		if got := apply(t, c, user.Create, test.record); got != test.want || !cmp.Equal(s.calls, []string{test.call}) {
			t.Errorf("%s: got %s, want %s; %v", name, got, test.want, s.calls)
		}
	}
}

// TestGeneratedPasswords: they are new every time, and not kept.
func TestGeneratedPasswords(t *testing.T) {
	c, s := serve(t, map[string]reply{post: "201 " + e1}, generating)
	r := without(person("E1"), user.Password)
	apply(t, c, user.Create, r)
	apply(t, c, user.Create, r)
	apply(t, c, user.Create, person("E1"))
	first, second := password(s.bodies[0]), password(s.bodies[1])
	if len(first) < 26 || first == second || len(r.User.Secrets) > 0 {
		t.Errorf("%d characters, the same: %t, kept: %v", len(first), first == second, r.User.Secrets)
	}
	if password(s.bodies[2]) != "Tr0ub4dor&3x" {
		t.Error("a row's own password was replaced")
	}
}

func password(body string) string {
	_, rest, _ := strings.Cut(body, `"password":"`)
	made, _, _ := strings.Cut(rest, `"`)
	return made
}

// TestNoMadeUpPasswordShows: not even if the API repeats it.
func TestNoMadeUpPasswordShows(t *testing.T) {
	c, _ := serve(t, nil, generating)
	r := without(person("E1"), user.Password)
	for _, status := range []string{"400", "422", "500", "200"} {
		sent := c.withPassword(r)
		made := sent.User.Secrets[0].Value.Reveal()
		said, err := read([]byte(`{"status":` + status + `,"message":"Not ` + made + `","errors":{"password":["` + made + ` is weak"]}}`))
		if err != nil {
			t.Fatal(err)
		}
		code, detail := said.errorText(vocabulary.New(), 400, r, sent)
		if strings.Contains(code+detail, made) || !strings.Contains(detail, "password: … is weak") {
			t.Errorf("%s shows: %s", code, detail)
		}
	}
}

// TestNoPersonalValueShows: neither in outcomes nor in faults.
func TestNoPersonalValueShows(t *testing.T) {
	for _, answer := range []reply{
		`400 {"message":"Frieda Mustermann","errors":{"password":["Tr0ub4dor&3x of frieda@mail.example"]}}`,
		`405 {"message":"Frieda Mustermann"}`, `500 {"message":"Frieda Mustermann has Tr0ub4dor&3x"}`, `403 Frieda Mustermann`,
		`201 {"id":"E1","message":"x","error":"FRIEDA@MAIL.EXAMPLE"}`,
	} {
		c, _ := serve(t, map[string]reply{post: answer})
		outcomes, err := c.Apply(t.Context(), user.Batch{Op: user.Create, Records: []*user.Record{person("E1")}})
		shown := told(t, outcomes, err)
		if err != nil {
			shown += err.Error()
		}
		for _, value := range []string{"Frieda", "Mustermann", "Tr0ub4dor", "frieda@", "FRIEDA"} {
			if strings.Contains(shown, value) {
				t.Errorf("%s: shows %s", answer, shown)
			}
		}
	}
}

// TestEveryCallTakesATurn: the look-ups of a disputed create are calls of their own.
func TestEveryCallTakesATurn(t *testing.T) {
	c, _ := serve(t, map[string]reply{post: invalid400, get: absent, byEmail: "200 " + e2})
	calls, turns := new(destination.Calls), &turnstile{left: 3}
	inner := limited.Limited{Destination: c, Pacer: turns, Wire: t.Context(), Calls: calls}
	batch := user.Batch{Op: user.Create, Records: []*user.Record{person("E1")}}
	outcomes, err := inner.Apply(t.Context(), batch)
	if got := told(t, outcomes, err); !strings.HasPrefix(got, "refused exists") || turns.left != 0 || calls.Counts()["read"].Total() != 2 || calls.Counts()["create"]["ok"] != 0 {
		t.Errorf("%s, %d turns left, %v", got, turns.left, calls.Counts())
	}
	for n := range 3 {
		turns.left = n
		if _, err := inner.Apply(t.Context(), batch); !errors.Is(err, errNoTurn) {
			t.Errorf("after %d calls: %v", n, err)
		}
	}
}

// TestALookUpInsteadOfACreateIsARead: the table of calls says what the server saw.
func TestALookUpInsteadOfACreateIsARead(t *testing.T) {
	c, _ := serve(t, map[string]reply{get: absent})
	calls := new(destination.Calls)
	inner := limited.Limited{Destination: c, Pacer: &turnstile{left: 1}, Wire: t.Context(), Calls: calls}
	r := person("E1")
	r.Op, r.User.Secrets = user.Upsert, nil
	if _, err := inner.Apply(t.Context(), user.Batch{Op: user.Create, Records: []*user.Record{r}}); err != nil {
		t.Fatal(err)
	}
	if got := calls.Counts(); got.Total() != 1 || got["read"]["http_404"] != 1 {
		t.Errorf("%v", got)
	}
}
