package rest

import (
	"errors"
	"io"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// A 404 that is a web page says nothing about a user.
func TestElsewhere(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		page   bool
	}{
		{404, "<html>", true}, {404, " \r\n<!DOCTYPE html>", true}, {404, "", false}, {404, `{"message":"<b>no</b>"}`, false}, {400, "<html>", false}, {200, "<html>", false},
	} {
		a := &Answer{Status: test.status, Body: []byte(test.body), RequestID: "req-1"}
		ce := a.WebPage()
		if (ce != nil) != test.page {
			t.Errorf("%d %q: %v", test.status, test.body, ce)
		}
		if ce != nil && (ce.Fault != destination.Denied || ce.Code != "http_404" || ce.RequestID != "req-1") {
			t.Errorf("%d %q: %+v", test.status, test.body, ce)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, test := range []struct {
		body string
		err  error
		want string
	}{
		{`{"id":`, io.ErrUnexpectedEOF, "cut_answer"}, {"", io.ErrUnexpectedEOF, "not_json"}, {"[]", errors.New("another shape"), "not_json"},
	} {
		ce := (&Answer{Status: 200, Body: []byte(test.body)}).Unreadable(test.err)
		if ce.Fault != destination.PerhapsTaken || ce.Code != test.want || ce.Status != 200 {
			t.Errorf("%q: %+v", test.body, ce)
		}
	}
}

func TestUnsaid(t *testing.T) {
	o := (&Answer{Status: 202, RequestID: "req-1"}).InDoubt()
	if o.Status != user.InDoubt || o.Code != "http_202" || o.HTTP != 202 || o.RequestID != "req-1" {
		t.Errorf("%+v", o)
	}
}

func TestWordsOfAnAnswerThatIsNoJSON(t *testing.T) {
	long := string(make([]byte, 5000))
	for body, want := range map[string]string{" try later\n": "try later", "<html>no": "", "{broken": "", "no [here]": "", "": "", long: long[:maxText]} {
		if got := PlainText([]byte(body)); got != want {
			t.Errorf("%q: %q", body, got)
		}
	}
}

func TestStatusIn(t *testing.T) {
	for text, want := range map[string]int{"409": 409, " 409 Conflict ": 409, "": 0, "99": 0, "600": 0, "-409": 0, "4e2": 0, "Conflict 409": 0} {
		if got := StatusIn(text); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func TestAppendedValues(t *testing.T) {
	for s, want := range map[string]string{"": `""`, "plain ~": `"plain ~"`, `a"b\c`: `"a\"b\\c"`, "<ü>": `"<ü>"`, "\x00\n\x7f": "\"\\u0000\\n\x7f\"", "\xff": `"` + "\ufffd" + `"`} {
		if got := string(AppendText(nil, s)); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
	if got := string(AppendTexts([]byte("x:"), []string{"a", "b"})) + string(AppendTexts(nil, nil)); got != `x:["a","b"][]` {
		t.Error(got)
	}
	for _, test := range []struct {
		v           user.Value
		plain, bool string // "" if it is not valid
	}{
		{user.TextValue("Yes"), `"Yes"`, "true"}, {user.JSONValue("01238"), `"01238"`, ""}, {user.JSONValue("false"), `"false"`, "false"},
		{user.JSONValue("{}"), "", ""}, {user.Value{Kind: user.Clear}, "", ""},
	} {
		if b, ok := AppendPlain(nil, test.v); ok != (test.plain != "") || ok && string(b) != test.plain {
			t.Errorf("%+v: %s %v", test.v, b, ok)
		}
		if b, ok := AppendBool(nil, test.v); ok != (test.bool != "") || ok && string(b) != test.bool {
			t.Errorf("%+v: %s %v", test.v, b, ok)
		}
	}
}
