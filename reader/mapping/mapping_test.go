package mapping

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"usersync/sync/user"
)

var names = map[string]user.Field{"id": "id", "email": "email", "phone": "phone", "phoneNumber": "phone", "zip_code": "zip_code",
	"ssn": "ssn", "remote_id": "remote_id", "enrolled_rewards": "enrolled_rewards", "hashed_email": "hashed_email", "dob": "dob"}

func parsed(t *testing.T, text string) (c Config, err error) {
	t.Helper()
	err = yaml.Unmarshal([]byte(text), &c)
	return c, err
}

func filled(m *Mapper, cells ...user.Value) string {
	rec := &user.Record{}
	m.Fill(rec, cells, make([]user.Attribute, 0, m.Width()))
	if rec.Err != nil {
		e, _ := errors.AsType[*user.InvalidError](rec.Err)
		return fmt.Sprintf("!%s %s %s: %s", e.Code, e.Column, e.Field, e.Rule)
	}
	text := rec.User.ID + " " + rec.Remote
	for _, a := range rec.User.Attributes {
		text += fmt.Sprintf("|%s %d %s", a.Field, a.Value.Kind, a.Value.Text)
	}
	for _, s := range rec.User.Secrets {
		text += "|" + string(s.Field) + " " + s.Value.Reveal()
	}
	return text
}

func texts2cells(texts ...string) (cells []user.Value) {
	for _, s := range texts {
		cells = append(cells, user.TextValue(s))
	}
	return cells
}

func TestRulesFill(t *testing.T) {
	c, err := parsed(t, `
fields:
  email: {column: Email Address, empty: clear}
  id: CUST_NO
  extra.same: CUST_NO
  phone: {expr: 'e164(Mobile, "US")'}
  hashed_email: {expr: 'hashed_email(row["Email Address"])'}
  enrolled_rewards: {value: [CARDLINKED]}
  extra.big: {value: 12345678901234567890}
  extra.flag: {value: yes}
  extra.list: {expr: 'split(Mobile, " ")'}
  ssn: Tax
  remote_id: Key
  extra.none: {expr: 'Key == "" ? nil : 7'}
`)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Options{Config: c, Header: []string{"Key", " CUST_NO", "Email Address", "Mobile", "Tax", "Unread"}, Names: names})
	if err != nil {
		t.Fatal(err)
	}
	sum := "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"
	want := "1 K|extra.same 0 1|email 0 user@example.com|phone 0 +14155550123|hashed_email 0 " + sum +
		"|enrolled_rewards 1 [\"CARDLINKED\"]|extra.big 1 12345678901234567890|extra.flag 0 yes|extra.list 1 [\"(415)\",\"555-0123\"]|extra.none 1 7|ssn 111"
	if diff := cmp.Diff(want, filled(m, texts2cells("K", " 1 ", "user@example.com", "(415) 555-0123", "111", "")...)); diff != "" {
		t.Error(diff)
	}
	want = "2 |extra.same 0 2|email 2 |enrolled_rewards 1 [\"CARDLINKED\"]|extra.big 1 12345678901234567890|extra.flag 0 yes|extra.list 1 [\"\"]"
	if diff := cmp.Diff(want, filled(m, texts2cells("", "2", "", "", "", "")...)); diff != "" {
		t.Error(diff)
	}
	want = "!bad_phone Mobile phone: must be a phone number that is valid in US, or begin with + and a country code"
	if diff := cmp.Diff(want, filled(m, texts2cells("", "3", "", "12", "", "")...)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Tax"}, m.SecretColumns()); diff != "" {
		t.Error(diff)
	}
	if m.Uses(5) || !m.Uses(3) || m.FieldOf(2) != "email" || m.FieldOf(3) != "" {
		t.Error("columns are not used as they should be")
	}
}

func TestConfigErrors(t *testing.T) {
	for text, want := range map[string]string{
		"fields: [id]":                                                                 "config line 1: fields must map",
		"fields:\n  id: A\n  id: B":                                                    "config line 3: field id is mapped twice",
		"fields:\n  id:":                                                               "config line 2: fields: id needs a column name",
		"fields:\n  id: {colum: A}":                                                    `config line 2: fields: id has the unknown key "colum"; known are column, empty, expr, null_values, trim and value, did you mean "column"?`,
		"fields:\n  id: {column: A, expr: B}":                                          "exactly one of",
		"fields:\n  id: {value: A}":                                                    "users cannot share an id",
		"fields:\n  id: {column: A, empty: clear}":                                     "cannot be cleared",
		"fields:\n  ssn: {column: A, empty: clear}":                                    "cannot be cleared",
		"fields:\n  email: {column: A, empty: none}":                                   "empty can only be clear",
		"fields:\n  email: {value: null}":                                              "must not be null",
		"fields:\n  email: {expr: lower(A), empty: clear}":                             "goes with column only",
		"fields:\n  id: A\n  emial: B":                                                 `config line 3: fields: emial is not a known field, did you mean "email"?`,
		"fields:\n  id: A\n  email: Bee":                                               `config line 3: the file has no column "Bee"`,
		"fields:\n  id: A\n  email: {expr: lower(Bb)}":                                 `config line 3: the file has no column "Bb"`,
		"fields:\n  id: A\n  email: {expr: lowr(A)}":                                   `email has an expr with the unknown function "lowr", did you mean "lower"?`,
		"fields:\n  id: A\n  email: {expr: hash_email(A)}":                             `unknown function "hash_email", did you mean "hashed_email"?`,
		"fields:\n  id: A\n  email: {expr: 'row[\"Cc\"]'}":                             `the file has no column "Cc"`,
		"fields:\n  id: A\n  email: {expr: now()}":                                     "cannot be compiled",
		"fields:\n  id: A\n  email: {expr: 'lower('}":                                  "cannot be compiled",
		"fields:\n  id: A\n  email: {expr: '$env'}":                                    "use row",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"X\", \"YYYY\")'}":                  "a date form that cannot be used: date forms are made of",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"DDD\", \"YYYY\")'}":                "date forms are made of",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"M/D/YY\", \"YYYY\")'}":             "two digits of a year need the latest year",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"M/D/YY\", \"YYYY\", 300)'}":        "must be a year, such as 2025",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"DD.MM.YYYY DD\", \"YYYY\")'}":      "names the day twice",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"DMYYYY\", \"YYYY\")'}":             "needs a separator after D",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"M/D/YYYY h:mm\", \"YYYY\")'}":      "needs A, for AM or PM",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"M/D/YYYY HH:mm A\", \"YYYY\")'}":   "HH is the hour of 24",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"YYYY\", \"YYYY-MM-DD\")'}":         "has the month, and the one to read does not",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"M/D/YY\", \"YYYY-MM-DD\", 1025)'}": "the latest year that two digits can mean must be a year",
		"fields:\n  id: A\n  dob: {expr: 'date(B, \"YYYY-MM-DD\", \"excel1900\")'}":    "writes no serial days",
		"fields:\n  id: A\n  email: {value: x, trim: false}":                           "trim and null_values go with column only",
		"fields:\n  id: A\n  email: {column: B, trim: never}":                          "trim must be true or false",
		"fields:\n  id: A\n  email: {column: B, null_values: {a: b}}":                  "null_values must be a list",
		"fields:\n  id: A\n  phone: {expr: 'e164(B, \"USA\")'}":                        "an unknown region",
		"fields:\n  email: A":                                                          "there is no id column",
		"fields:\n  id: A\n  zip_code: B":                                              "column \"B\" (zip_code) cannot be sent: kard does not take it",
	} {
		t.Run(text, func(t *testing.T) {
			c, err := parsed(t, text)
			if err == nil {
				_, err = New(Options{Config: c, Header: []string{"A", "B"}, Names: names,
					Accepts: Accepts{Name: "kard", Fields: []user.Field{"email", "phone", "dob"}}})
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %s", err, want)
			}
		})
	}
}

func TestFunctions(t *testing.T) {
	for call, want := range map[string]string{
		`hashed_email("user@example.com")`:                                                     "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514",
		`hashed_email("  J.Doe+Work@Gmail.com  ")`:                                             "910789803908d9ab8a57b28ff0af7ab81b9607356aef6f18d8499eb1489ed8ab",
		`hashed_email("user@googlemail.com")`:                                                  "02ee7bdc4ccf5c94808a0118eb531822f13e7e38e3810ab29ebefb2c2feb8e58",
		`hashed_email("user+tag@outlook.com")`:                                                 "bddc75e01282427ddfde413e993165291788e9dec04d4ccbfbd1a44c6b00be14",
		`hashed_email("no at")`:                                                                "!bad_email",
		`hashed_email("a@b@c")`:                                                                "!bad_email",
		`hashed_email("@b")`:                                                                   "!bad_email",
		`digits("(415) 555-01٣9")`:                                                             "415555019",
		`e164("", "US")`:                                                                       "",
		`e164("020 7946 0018", "GB")`:                                                          "+442079460018",
		`e164("+14155550199", "GB")`:                                                           "+14155550199",
		`e164("555-0100", "US")`:                                                               "!bad_phone",
		`date("3.2.1990", "D.M.YYYY", "YYYY-MM-DD")`:                                           "1990-02-03",
		`date("1990-02-03 04:05:06", "YYYY-MM-DD HH:mm:ss", "MM/DD/YY")`:                       "02/03/90",
		`date("31.02.1990", "DD.MM.YYYY", "YYYY")`:                                             "!bad_date",
		`date("03-Feb-1990", "DD-MMM-YYYY", "YYYY-MM-DD")`:                                     "1990-02-03",
		`date("1990-02-03", "YYYY-MM-DD", "D MMMM YYYY")`:                                      "3 February 1990",
		`date("3 february 1990", "D MMMM YYYY", "DD-MMM-YYYY")`:                                "03-Feb-1990",
		`date("3 Febr 1990", "D MMM YYYY", "YYYY")`:                                            "!bad_date",
		`date("2/3/1990 12:05 am", "M/D/YYYY h:mm A", "YYYY-MM-DDTHH:mm:ss")`:                  "1990-02-03T00:05:00",
		`date("2/3/1990 12:05 PM", "M/D/YYYY hh:mm A", "HH:mm")`:                               "12:05",
		`date("2/3/1990 13:05 PM", "M/D/YYYY h:mm A", "YYYY")`:                                 "!bad_date",
		`date("1990-02-03T04:05:06.789Z", "YYYY-MM-DDTHH:mm:ssZ", "YYYY-MM-DDTHH:mm:ss.SSSZ")`: "1990-02-03T04:05:06.789Z",
		`date("1990-02-03T04:05:06,7-0530", "YYYY-MM-DDTHH:mm:ss,SSSZ", "YYYY-MM-DD Z")`:       "1990-02-03 -05:30",
		`date("1990-02-03T04:05:06+02", "YYYY-MM-DDTHH:mm:ssZ", "MM/DD/YY Z")`:                 "02/03/90 +02:00",
		`date("1990-02-03T04:05:06", "YYYY-MM-DDTHH:mm:ssZ", "YYYY")`:                          "!bad_date",
		`date("7/4/55", "M/D/YY", "YYYY-MM-DD", 2025)`:                                         "1955-07-04",
		`date("7/4/25", "M/D/YY", "YYYY", "25")`:                                               "2025",
		`date("7/4/26", "M/D/YY", "YYYY", 2025)`:                                               "1926",
		`date("7/4/1955", "M/D/YY", "YYYY", 2025)`:                                             "!bad_date",
		`date("32907", "excel1900", "YYYY-MM-DD")`:                                             "1990-02-03",
		`date("32907.75", "excel1900", "YYYY-MM-DD HH:mm")`:                                    "1990-02-03 18:00",
		`date("31445", "excel1904", "YYYY-MM-DD")`:                                             "1990-02-03",
		`date("1", "excel1900", "YYYY-MM-DD")`:                                                 "1900-01-01",
		`date("59", "excel1900", "YYYY-MM-DD")`:                                                "1900-02-28",
		`date("60", "excel1900", "YYYY-MM-DD")`:                                                "!bad_date",
		`date("61", "excel1900", "YYYY-MM-DD")`:                                                "1900-03-01",
		`date("1990-02-03", "excel1900", "YYYY-MM-DD")`:                                        "!bad_date",
		`date("32907", "YYYY-MM-DD", "YYYY")`:                                                  "!bad_date",
		`date("1990-02-03 x", "YYYY-MM-DD", "YYYY")`:                                           "!bad_date",
		`hashed_email("ann@example.com;")`:                                                     "!bad_email",
		`hashed_email("<ann@example.com>")`:                                                    "!bad_email",
		`hashed_email("Ann Lee ann@example.com")`:                                              "!bad_email",
		`hashed_email("mailto:ann@example.com")`:                                               "!bad_email",
		`hashed_email("ann@example")`:                                                          "!bad_email",
		`hashed_email("ann@example.com.")`:                                                     "!bad_email",
		`hashed_email("a@x.com,b@x.com")`:                                                      "!bad_email",
		`hashed_email("+tag@gmail.com")`:                                                       "!bad_email",
		"hashed_email(\"\u200buser@example.com\u00a0\")":                                       "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514",
		`upper(trim(" a ")) + lower("B")`:                                                      "Ab",
		`split("a;b", ";")`:                                                                    `["a","b"]`,
		`int("x")`:                                                                             "!expression",
		`1 / 0.0`:                                                                              "!expression",
		`filter(1..20000, # > 1)`:                                                              "!expression",
		doubled(19):                                                                            "!too_much",
		`len(` + doubled(18) + `)`:                                                             "786432",
		nested(25, ""):                                                                         "!too_much",
		nested(25, "string"):                                                                   "!too_much",
		nested(25, "toJSON"):                                                                   "!too_much",
		nested(25, "flatten"):                                                                  "!too_much",
		`map(1..4900, "` + strings.Repeat("x", 300) + `")`:                                     "!too_much",
		strings.Repeat("toBase64(", 60) + `"abc"` + strings.Repeat(")", 60):                    "!too_much",
		`string(1 + 2) + string([1, "a"]) + toJSON(["b"])[0:1] + toBase64("c")`:                "3[1 a][Yw==",
		`flatten([["a"], ["b"]])`:                                                              `["a","b"]`,
		`1 + 2`:                                                                                "3",
		`fromJSON("{\"a\": 1}").a + 1 > 1`:                                                     "true",
		`"a" + fromJSON("[\"b\"]")[0]`:                                                         "ab",
		`nil`:                                                                                  "",
		`id == "1"`:                                                                            "true",
	} {
		t.Run(call, func(t *testing.T) {
			m, err := New(Options{Header: []string{"id"}, Names: names, Config: Config{Fields: Fields{{Field: "id", Column: "id"}, {Field: "email", Expr: call}}}})
			if err != nil {
				t.Fatal(err)
			}
			rec := &user.Record{}
			m.Fill(rec, texts2cells("1"), nil)
			value, _ := rec.User.Value("email")
			got := value.Text
			if e, ok := errors.AsType[*user.InvalidError](rec.Err); ok {
				got = "!" + e.Code
			}
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// doubled makes "abc" n times as long by an expression of few nodes.
func doubled(n int) string {
	text := `let a0 = "abc"; `
	for i := range n {
		text += fmt.Sprintf("let a%d = a%d + a%d; ", i+1, i, i)
	}
	return text + fmt.Sprintf("a%d", n)
}

// nested returns the call on an array that holds another one twice, and so on.
func nested(n int, call string) string {
	text := `let a0 = ["abc"]; `
	for i := range n {
		text += fmt.Sprintf("let a%d = [a%d, a%d]; ", i+1, i, i)
	}
	return text + fmt.Sprintf("%s(a%d)", call, n)
}

func TestExpressionsHaveABudgetOfNodes(t *testing.T) {
	_, err := New(Options{Header: []string{"id"}, Names: names, Config: Config{Fields: Fields{
		{Field: "id", Column: "id"}, {Field: "email", Expr: strings.Repeat("id + ", 150) + "id", Line: 7}}}})
	if err == nil || !strings.Contains(err.Error(), "config line 7: fields: email has an expr that cannot be compiled") {
		t.Error(err)
	}
}

func TestTypedCells(t *testing.T) {
	c := Config{Fields: Fields{{Field: "id", Expr: `"u" + n`}, {Field: "email", Expr: `flag ? "yes" : "no"`}, {Field: "phone", Expr: "lower(flag)"}}}
	m, err := New(Options{Header: []string{"n", "flag"}, Names: names, Typed: true, Config: Config{Fields: c.Fields[:2]}})
	if err != nil {
		t.Fatal(err)
	}
	cells := []user.Value{user.JSONValue("12345678901234567890"), user.JSONValue("true")}
	if got := filled(m, cells...); got != "u12345678901234567890 |email 0 yes" {
		t.Error(got)
	}
	if m, err = New(Options{Header: []string{"n", "flag"}, Names: names, Typed: true, Config: c}); err != nil {
		t.Fatal(err)
	}
	if got := filled(m, cells...); !strings.HasPrefix(got, "!expression flag phone") {
		t.Error(got)
	}
}

func TestAccepts(t *testing.T) {
	header := []string{"id", "extra.x", "planet"}
	if _, err := New(Options{Header: header, Names: names, Accepts: Accepts{Any: true}}); err != nil {
		t.Error(err)
	}
	open := Accepts{Name: "k", Fields: []user.Field{"email", "extra."}}
	if _, err := New(Options{Header: header, Names: names, Accepts: open, Config: Config{Ignore: []string{"planet"}}}); err != nil {
		t.Error(err)
	}
	open.Fields = open.Fields[:1]
	if _, err := New(Options{Header: header[:2], Names: names, Accepts: open}); err == nil || !strings.Contains(err.Error(), "k does not take it") {
		t.Error(err)
	}
}

// TestMaskedRowKeepsItsID: results name the user whose secret is masked.
func TestMaskedRowKeepsItsID(t *testing.T) {
	m, err := New(Options{Header: []string{"id", "ssn"}, Names: names})
	if err != nil {
		t.Fatal(err)
	}
	rec := &user.Record{}
	m.Fill(rec, texts2cells("1", user.Mask), nil)
	if e, ok := errors.AsType[*user.InvalidError](rec.Err); !ok || e.Code != "masked" || rec.User.ID != "1" || len(rec.User.Secrets) > 0 {
		t.Errorf("%v %+v", rec.Err, rec.User)
	}
}

// TestTrim: white space and characters without a width around a cell do not count, a blank
// cell is empty, and secrets stay unchanged.
func TestTrim(t *testing.T) {
	c, err := parsed(t, "fields: {id: A, email: B, zip_code: {column: C, empty: clear}, phone: {column: D, trim: false}, ssn: S, extra.both: {expr: 'B + \" \" + C'}}")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		keep  bool
		cells []string
		want  string
	}{
		{false, []string{"1", "\u200b\u00a0b\u3000 ", " \t", " d ", " s ", "x"}, "1 |email 0 b|zip_code 2 |phone 0  d |extra.both 0 b|ssn  s "},
		{false, []string{"1", "\ufeffa b\u2060", "c\ufe0f", " ", "", "x"}, "1 |email 0 a b|zip_code 0 c\ufe0f|phone 0  |extra.both 0 a b c\ufe0f"},
		{true, []string{"1", " b ", " ", "d", " ", "x"}, "1 |email 0  b |zip_code 0  |phone 0 d|extra.both 0  b   |ssn  "},
	} {
		c.KeepBlanks = test.keep
		m, err := New(Options{Config: c, Header: []string{"A", "B", "C", "D", "S", "X"}, Names: names})
		if err != nil {
			t.Fatal(err)
		}
		if got := filled(m, texts2cells(test.cells...)...); got != test.want {
			t.Errorf("%q: got %q, want %q", test.cells, got, test.want)
		}
	}
}

// TestNullValues: a text that stands for an empty cell is left out, for the file or a field.
func TestNullValues(t *testing.T) {
	c, err := parsed(t, "null_values: ['NULL', '-']\nfields: {id: A, email: B, zip_code: {column: C, null_values: ['0', none]}, phone: {column: D, empty: clear}, ssn: S, extra.b: {expr: 'upper(B)'}}")
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Options{Config: c, Header: []string{"A", "B", "C", "D", "S"}, Names: names})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		cells []string
		want  string
	}{
		{[]string{"1", " NULL ", "0", "-", "NULL"}, "1 |phone 2 "},
		{[]string{"1", "null", "-", "0", "s"}, "1 |email 0 null|phone 0 0|extra.b 0 NULL|ssn s"},
		{[]string{"-", "b", "", "", ""}, "!no_id A id: must not be empty"},
	} {
		if got := filled(m, texts2cells(test.cells...)...); got != test.want {
			t.Errorf("%q: got %q, want %q", test.cells, got, test.want)
		}
	}
}

// TestOpRule: a closed map or an expression says what to do with each row.
func TestOpRule(t *testing.T) {
	for rule, words := range map[string]string{
		"{column: A, map: {A: upsert, T: delete, 1: update}}": "A=upsert a=upsert T=delete 1=update =!bad_op X=!bad_op upsert=!bad_op",
		"A": "Upsert=upsert delete=delete T=!bad_op =!bad_op",
		`{expr: 'A startsWith "x" ? "delete" : "upsert"'}`:             "x1=delete y=upsert",
		`{expr: 'split(A, "-")[1]', map: {gone: delete, new: create}}`: "a-gone=delete a-new=create a=!bad_op a-=!bad_op",
		`{expr: 'A == "" ? nil : A'}`:                                  "=!bad_op Delete=delete",
	} {
		op, err := ParseOpRule(rule)
		if err != nil {
			t.Fatal(err)
		}
		m, err := New(Options{Config: Config{OpColumn: op}, Header: []string{"id", "A"}, Names: names})
		if err != nil {
			t.Fatal(err)
		}
		for pair := range strings.SplitSeq(words, " ") {
			word, want, _ := strings.Cut(pair, "=")
			rec := &user.Record{}
			m.Fill(rec, texts2cells("1", word), nil)
			got := string(rec.Op)
			if e, ok := errors.AsType[*user.InvalidError](rec.Err); ok {
				got = "!" + e.Code
			}
			if got != want || rec.User.ID != "1" {
				t.Errorf("%s: %q is %q, want %q", rule, word, got, want)
			}
		}
	}
}

func TestOpRuleErrors(t *testing.T) {
	for rule, want := range map[string]string{
		"{column: A, expr: B}":                     "exactly one of column and expr",
		"{map: {A: upsert}}":                       "exactly one of column and expr",
		"{column: A, map: {A: remove}}":            `maps "A" to "remove"`,
		"{column: A, map: {A: upsert, a: delete}}": `maps "a" twice`,
		"{column: A, map: {'': delete}}":           "maps a blank cell",
		"{column: A, map: {}}":                     "has an empty map",
		"{column: A, map: [A]}":                    "not made of words and operations",
		"{colum: A}":                               `unknown key "colum"`,
		"{column: }":                               "column must be a text",
		"{column: A":                               "cannot be read as YAML",
	} {
		if _, err := ParseOpRule(rule); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", rule, err, want)
		}
	}
	for expr, want := range map[string]string{`C == "x"`: `op_column: the file has no column "C"`, `lowr(A)`: "op_column: has an expr with the unknown function"} {
		_, err := New(Options{Config: Config{OpColumn: OpRule{Expr: expr}}, Header: []string{"id", "A"}, Names: names})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
	}
}
