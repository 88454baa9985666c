package konstantly

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

func TestCheck(t *testing.T) {
	with := func(f user.Field, v user.Value) *user.Record { return person("E1", attr(f, v)) }
	named := func(id string) *user.Record { return person(id) }
	bare := func(op user.Op, attributes ...user.Attribute) *user.Record {
		return &user.Record{Op: op, User: user.User{ID: "E1", Attributes: attributes}}
	}
	cleared := user.Value{Kind: user.Clear}
	mail := attr(user.Email, text("z@mail.example"))
	ssn := person("E1")
	ssn.User.Secrets = append(ssn.User.Secrets, user.SecretAttribute{Field: user.SSN, Value: user.NewSecret("078-05-1120")})
	for name, test := range map[string]struct {
		record *user.Record
		code   string
	}{
		"all of it":               {full(), ""},
		"create":                  {as(user.Create, full()), ""},
		"no name, create":         {as(user.Create, without(full(), user.Name)), "missing_field"},
		"no role, create":         {as(user.Create, without(full(), user.Role)), "missing_field"},
		"no password, create":     {as(user.Create, without(full(), user.Password)), "missing_field"},
		"no e-mail, create":       {as(user.Create, without(full(), user.Email)), "missing_field"},
		"no e-mail, update":       {as(user.Update, without(full(), user.Email)), "missing_field"},
		"no e-mail, upsert":       {without(full(), user.Email), "missing_field"},
		"no e-mail, delete":       {as(user.Delete, without(full(), user.Email)), ""},
		"an e-mail alone, upsert": {bare(user.Upsert, mail), ""},
		"an e-mail alone, update": {bare(user.Update, mail), ""},
		"a secret of others":      {ssn, "unsupported_field"},
		"no id":                   {named(""), "missing_id"},
		"digits":                  {named("1234567890"), ""},
		"a dash":                  {named("cust-1"), "bad_id"},
		"a slash":                 {named("a/b"), "bad_id"},
		"dots":                    {named(".."), "bad_id"},
		"a blank":                 {named("a b"), "bad_id"},
		"another alphabet":        {named("Ż1"), "bad_id"},
		"a control character":     {named("a\x00"), "bad_id"},
		"a word of the addresses": {named("blocked"), "bad_id"},
		"another one":             {as(user.Delete, named("BYEMAIL")), "bad_id"},
		"a bio to be cleared":     {with(user.Bio, cleared), "cannot_clear"},
		"an attribute cleared":    {with("attributes.x", cleared), ""},
		"a list as a text":        {with(user.Bio, user.JSONValue(`["a"]`)), "bad_text"},
		"a blank e-mail":          {person("E1", attr(user.Email, text(" "))), "missing_field"},
		"a blank bio":             {with(user.Bio, text("")), ""},
		"null":                    {with(user.Location, user.JSONValue(`null`)), "bad_text"},
		"yes":                     {with(user.FromAPI, text("yes")), ""},
		"perhaps":                 {with(user.FromAPI, text("perhaps")), "bad_boolean"},
		"one course":              {with(user.Courses, text("110")), ""},
		"courses in quotes":       {with(user.Courses, user.JSONValue(`["110"]`)), ""},
		"no course":               {with(user.Courses, text("[]")), ""},
		"a blank course":          {with(user.Courses, text(" ")), "bad_list"},
		"a course by name":        {with(user.Courses, text("110;Safety")), "bad_list"},
		"half a course":           {with(user.Groups, user.JSONValue(`[1.5]`)), "bad_list"},
		"less than no group":      {with(user.Groups, text("-1")), "bad_list"},
		"a broken list":           {with(user.Groups, text("[1")), "bad_list"},
		"null as a list":          {with(user.Groups, user.JSONValue("null")), "bad_list"},
		"seconds":                 {with(user.DeadlineAt, user.JSONValue("1767225600")), ""},
		"milliseconds":            {with(user.DeadlineAt, text("1767225600000")), "bad_epoch"},
		"a date":                  {with(user.DeadlineAt, text("2026-01-01")), "bad_epoch"},
		"no such field":           {with(user.Phone, text("1")), "unsupported_field"},
		"extra":                   {with("extra.x", text("1")), "unsupported_field"},
		"an attribute unnamed":    {with("attributes.", text("1")), "unsupported_field"},
		"any attribute":           {with("attributes.x", user.JSONValue(`{"a":1}`)), ""},
	} {
		c, _ := serve(t, nil)
		wantCode(t, name, c.Check(test.record), test.code)
	}
	c, _ := serve(t, nil, generating)
	wantCode(t, "generated", c.Check(as(user.Create, without(full(), user.Password))), "")
}

func wantCode(t *testing.T, name string, err error, code string) {
	t.Helper()
	var bad *user.InvalidError
	if err != nil && !errors.As(err, &bad) {
		t.Fatalf("%s: %T", name, err)
	}
	if bad == nil && code != "" || bad != nil && (bad.Code != code || bad.Rule == "" || bad.Field == "") {
		t.Errorf("%s: got %v, want %s", name, err, code)
	}
	if bad != nil && strings.Contains(bad.Error(), "perhaps") {
		t.Errorf("%s shows the value: %v", name, bad)
	}
}

func TestCheckColumns(t *testing.T) {
	all := []user.Field{user.Name, user.Email, user.Role, user.Password, user.Courses}
	for name, test := range map[string]struct {
		fields []user.Field
		op     user.Op
		set    func(*Config)
		code   string
		field  user.Field
	}{
		"upsert":                   {all, user.Upsert, nil, "", ""},
		"upsert by e-mail":         {[]user.Field{user.Email}, user.Upsert, nil, "", ""},
		"upsert without e-mail":    {[]user.Field{user.Name}, user.Upsert, nil, "missing_column", user.Email},
		"create":                   {all, user.Create, nil, "", ""},
		"create without role":      {[]user.Field{user.Name, user.Email, user.Password}, user.Create, nil, "missing_column", user.Role},
		"create without password":  {all[:3], user.Create, nil, "missing_column", user.Password},
		"create with one made up":  {all[:3], user.Create, generating, "", ""},
		"update":                   {all[:3], user.Update, nil, "", ""},
		"update of courses":        {[]user.Field{user.Email, user.Courses}, user.Update, nil, "only_on_create", user.Courses},
		"update of a password":     {[]user.Field{user.Email, user.Password}, user.Update, nil, "only_on_create", user.Password},
		"update of one, always":    {[]user.Field{user.Email, user.Password}, user.Update, always, "", ""},
		"update without an e-mail": {[]user.Field{user.Name}, user.Update, nil, "missing_column", user.Email},
		"delete":                   {nil, user.Delete, nil, "", ""},
	} {
		var set []func(*Config)
		if test.set != nil {
			set = append(set, test.set)
		}
		c, _ := serve(t, nil, set...)
		err := c.CheckColumns(test.fields, test.op)
		wantCode(t, name, err, test.code)
		var bad *user.InvalidError
		if errors.As(err, &bad) && bad.Field != test.field {
			t.Errorf("%s: blames %s", name, bad.Field)
		}
	}
}

func TestChoices(t *testing.T) {
	for _, test := range []struct {
		id    string
		value user.Value
		want  string // what is sent, or the code of the refusal
	}{
		{"department", text("Sales"), `1`},
		{"department", text(" R&D "), `2`},
		{"department", text("2"), `2`},
		{"department", text("1"), `3`}, // a name takes precedence over an id
		{"department", user.JSONValue("1"), `1`},
		{"department", text("sales"), "bad_choice"},
		{"department", text("9"), "bad_choice"},
		{"department", text(""), "bad_choice"},
		{"department", user.JSONValue("[1]"), "bad_choice"},
		{"department", user.JSONValue("null"), "bad_choice"},
		{"languages", text("English; Polish"), `[31,32]`},
		{"languages", text("32"), `[32]`},
		{"languages", user.JSONValue("32"), `[32]`},
		{"languages", user.JSONValue(`["Polish",31]`), `[32,31]`},
		{"languages", text("[]"), `[]`},
		{"languages", text("English;Klingon"), "bad_choice"},
		{"languages", text(" "), "bad_choice"},
		{"languages", text("[31"), "bad_choice"},
		{"remote", text("Yes"), `true`},
		{"remote", user.JSONValue("false"), `false`},
		{"remote", text("perhaps"), "bad_boolean"},
		{"grade", text("7.50"), `7.50`},
		{"grade", user.JSONValue("7"), `7`},
		{"grade", text("seven"), "bad_number"},
		{"grade", text("07"), "bad_number"},
		{"grade", text(""), "bad_number"},
		{"badge", text("007"), `"007"`},
		{"badge", text(strings.Repeat("ü", 255)), `"` + strings.Repeat("ü", 255) + `"`},
		{"badge", text(strings.Repeat("u", 256)), "too_long"},
		{"since", text("2026-01-01"), `"2026-01-01"`},
		{"unheard", text("x"), "unknown_attribute"},
	} {
		c, _ := serve(t, nil, asked)
		r := person("E1", attr(user.AttributesPrefix+user.Field(test.id), test.value))
		got := string(c.appendAttributes(nil, r))
		var bad *user.InvalidError
		if err := c.Check(r); errors.As(err, &bad) {
			got = bad.Code
		} else {
			got = strings.TrimSuffix(strings.TrimPrefix(got, `,"attributes":{"`+test.id+`":`), "}")
		}
		if got != test.want {
			t.Errorf("%s %v: got %s, want %s", test.id, test.value, got, test.want)
		}
	}
}

// TestLearn reads the reference's own example.
func TestLearn(t *testing.T) {
	const site = `[{"id":1,"name":"Department","type":3,"apiId":"department","position":1,"isRequired":true,"extraData":[{"id":1,"position":1,"value":"Sales"},{"id":2,"position":2,"value":"Marketing"}],"isEditable":true},` +
		`{"id":2,"name":"Employee ID","type":1,"apiId":"employee_id","position":2,"isRequired":true,"extraData":null,"isEditable":true}]`
	for body, want := range map[string]string{
		"200 " + site:   "",
		"200 []":        "",
		"200 {}":        "not taken not_json",
		"200 null":      "not taken not_json",
		"200 <html>":    "not taken not_json",
		"404 {}":        "denied http_404",
		"401 ":          "denied unauthorized",
		"500 ":          "perhaps taken http_500",
		"400 {}":        "refused http_400",
		"200 [{\"id\":": "not taken not_json",
	} {
		server := httptest.NewServer(&settled{body})
		schema, err := Learn(t.Context(), settings(server.URL))
		server.Close()
		var ce *destination.CallError
		got := ""
		if errors.As(err, &ce) {
			got = ce.Fault.String() + " " + ce.Code
		}
		if got != want || (schema == nil) != (want != "") {
			t.Errorf("%s: got %s, %v", body, got, schema)
		}
		if body == "200 "+site && (len(schema) != 2 || schema["department"].Options[1].ID != 2 || schema["employee_id"].Type != ofText) {
			t.Errorf("%+v", schema)
		}
	}
	if _, err := Learn(t.Context(), Config{}); err == nil || !strings.Contains(err.Error(), "base_url") {
		t.Error(err)
	}
}

// settled gives one answer to GET /custom/attributes/users.
type settled struct{ answer string }

func (s *settled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(&site{answers: map[string]reply{"GET /custom/attributes/users": reply(s.answer)}}).ServeHTTP(w, r)
}
