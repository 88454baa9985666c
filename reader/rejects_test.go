package reader

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

func TestRejectsAsInput(t *testing.T) {
	text := "_usersync_outcome,_usersync_code,_usersync_raw,id,email\n" +
		"in_doubt,\"no,answer\",,1,\"a\"\"b\"\ninvalid,ragged,\"2,\"\"b\nc\"\"\",,\ninvalid,ragged,\"3,x,y\",,\n"
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rec, err := range in.Records() {
		got = append(got, fmt.Sprintf("%s %v %q", summary(rec, err), rec.MaybeSent, rec.Origin.Raw))
	}
	want := []string{`2 1 email=a"b true "1,\"a\"\"b\""`, "3 2 email=b\nc false \"2,\\\"b\\nc\\\"\"", `5 !ragged false "3,x,y"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"id", "email"}, in.Layout().Header); diff != "" {
		t.Error(diff)
	}
}

// A delete that found no user, which nothing proved, was perhaps sent to another address.
func TestAnUnprovedAbsenceWasNotPerhapsSent(t *testing.T) {
	text := "_usersync_outcome,_usersync_code,id\nin_doubt,unproved_absent,1\nin_doubt,no_answer,2\n"
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range in.Records() {
		if want := rec.User.ID == "2"; err != nil || rec.MaybeSent != want {
			t.Errorf("%s: perhaps sent: %t, %v", rec.User.ID, rec.MaybeSent, err)
		}
	}
}

func TestJSONRejectsAsInput(t *testing.T) {
	text := `{"_usersync_outcome":"in_doubt","id":"1","email":"a"}` + "\n" + `{"_usersync_outcome":"invalid","_usersync_raw":"{\"id\":\"2\"}"}` + "\n"
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rec, err := range in.Records() {
		got = append(got, fmt.Sprintf("%s %v %s", summary(rec, err), rec.MaybeSent, rec.Origin.Raw))
	}
	if diff := cmp.Diff([]string{`1 1 email=a true {"id":"1","email":"a"}`, `2 2 false {"id":"2"}`}, got); diff != "" {
		t.Error(diff)
	}
}

// A row says where it was rejected, so it can be compared with what is known since.
func TestRejectsNameTheirRun(t *testing.T) {
	for name, text := range map[string]string{
		"CSV": "_usersync_outcome,_usersync_code,_usersync_run,_usersync_record,_usersync_raw,id\n" +
			"failed,busy,r1,12,,1\nfailed,busy,r1,many,,2\nfailed,busy,,12,,3\n",
		"JSON": `{"_usersync_outcome":"failed","_usersync_code":"busy","_usersync_run":"r1","_usersync_record":12,"id":"1"}` + "\n" +
			`{"_usersync_code":"busy","_usersync_run":"r1","_usersync_record":"many","id":"2"}` + "\n" + `{"_usersync_record":12,"id":"3"}` + "\n",
	} {
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		var got []*user.Rejected
		for rec, err := range in.Records() {
			if err != nil || rec.Err != nil {
				t.Fatal(err, rec.Err)
			}
			got = append(got, rec.Origin.Before)
		}
		want := []*user.Rejected{{Run: "r1", Record: 12, Code: "busy"}, {Run: "r1", Code: "busy"}, nil}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestRawHoldsTheInputsOwnColumns: even if the row cannot be parsed.
func TestRawHoldsTheInputsOwnColumns(t *testing.T) {
	header := "_usersync_outcome,_usersync_detail,_usersync_raw,id,email\n"
	for row, want := range map[string]string{
		`invalid,"a ""b"", c",,1,a,extra`: `!ragged 1,a,extra`,
		`invalid,,,2,a"b`:                 `!bare_quote email 2,a"b`,
		"invalid,,,3,\x00":                "!nul 3,\x00",
		`inv"alid,,,4,a`:                  `!bare_quote _usersync_outcome inv"alid,,,4,a`,
		`invalid,`:                        `!ragged invalid,`,
		`invalid,,"5,a""b",,`:             `!bare_quote email 5,a"b`,
		"invalid,,\"6,a\n7,b\",,":         "!unparsed _usersync_raw 6,a\n7,b",
		`invalid,,"8,""b",,`:              `!unparsed _usersync_raw 8,"b`,
		"invalid,,\"9,\ufffd\",,":         "!replaced _usersync_raw 9,\ufffd",
	} {
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(header + row + "\n")})
		if err != nil {
			t.Fatal(err)
		}
		for rec, err := range in.Records() {
			got := strings.TrimPrefix(summary(rec, err), "2 ") + " " + rec.Origin.Raw
			if got != want || !rec.Origin.Unparsed {
				t.Errorf("%q: %q, want %q", row, got, want)
			}
		}
	}
}

func TestMaskedSecretsAreNotSent(t *testing.T) {
	byRules := mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "id"}, {Field: "password", Expr: "trim(pin)"}}}
	for name, c := range map[string]struct {
		mapping mapping.Config
		text    string
		want    string
	}{
		"CSV":      {text: "id,ssn\n1,***\n2,1\n", want: "2 !masked ssn; 3 2"},
		"JSON":     {text: `{"id":"1","password":"***"}`, want: "1 !masked password"},
		"computed": {byRules, "id,pin\n1,***\n", "2 !masked pin"},
		"raw":      {text: "_usersync_raw,id,ssn\n***,,\n", want: "2 !masked _usersync_raw"},
		"JSON raw": {text: `{"id":"1","ssn":"1"}` + "\n" + `{"_usersync_raw":"***"}`, want: "1 1; 2 !masked _usersync_raw"},
		"open":     {text: "id,name\n1,***\n", want: "2 1 name=***"},
	} {
		if got := strings.Join(read(t, Options{Mapping: c.mapping}, c.text), "; "); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
