package cause

import (
	"strings"
	"testing"
	"unicode/utf8"

	"usersync/sync/user"
)

// What differs from user to user is not part of a message; what does not, is.
func TestNormalized(t *testing.T) {
	for text, want := range map[string]string{
		"The zipCode is invalid.":                               "The zipCode is invalid",
		"line 12, column 3: quote":                              "line …, column …: quote",
		`user "Ann Lee" exists`:                                 "user … exists",
		"user 'cust-4711' exists":                               "user … exists",
		"user “Ann” and ‘Bob’ exist, «Zoë» not":                 "user … and … exist, … not",
		"run `usersync ledger show` on `a b`":                   "run `usersync ledger show` on …",
		"user's id can't be used":                               "user's id can't be used",
		`an open "quote`:                                        `an open "quote`,
		"3f2504e0-4f89-11d3-9a0c-0305e82c3301 is taken":         "… is taken",
		"trace deadbeef at 0x1F and DEADBEEFCAFE":               "trace … at … and …",
		"ann.lee@example.com, taken since 2026-03-14T12:00:00Z": "…, taken since …",
		"see https://example.com/errors for u1":                 "see … for …",
		"values 1, 2, 3 and (4; 5) are bad":                     "values … and (…) are bad",
		"call 555 123 now":                                      "call … now",
		"at most 64 characters":                                 "at most … characters",
		"user ٣٤٥ is bad":                                       "user … is bad",
		"must be in E.164 form, or UTF-8":                       "must be in E.164 form, or UTF-8",
		"address_line_1 is missing":                             "address_line_1 is missing",
		"a\tb\n c":                                              "a b c",
		"bad \xff\xfe":                                          "bad …",
		"":                                                      "",
		"...":                                                   "",
		"error … found":                                         "error … found",
		"error 409 found":                                       "error … found",
		"error … 12 found":                                      "error … found",
	} {
		if got := normalized(text); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
		if again := normalized(normalized(text)); again != normalized(text) {
			t.Errorf("%q becomes %q, and then %q", text, normalized(text), again)
		}
	}
}

// Details are cut at 200 characters, so longer values move the cut: the messages are the same
// all the same.
func TestNormalizedCut(t *testing.T) {
	cut := func(value string) string {
		text := []rune(strings.Repeat("the value "+value+" is not a member of the list; ", 9))
		return string(text[:199]) + mask
	}
	one, other := normalized(cut("1")), normalized(cut("123"))
	if one != other || utf8.RuneCountInString(one) > mostRunes+1 {
		t.Errorf("%q\n%q", one, other)
	}
}

func TestSplit(t *testing.T) {
	for detail, want := range map[string]string{
		"phone: must be in E.164 form":                  "phone",
		"column Mobile No (phone): must be a number":    "phone",
		"column Mobile: must not be empty":              "Mobile",
		"role: unknown role":                            "role",
		"name.givenName: too long":                      "name.givenName",
		"address_line_1: is missing":                    "address_line_1",
		"error: not found":                              "",
		"cust4711: not found":                           "",
		"The value is bad: it must be longer":           "",
		"must not be empty":                             "",
		"phone: bad | email: must be an e-mail address": "phone",
	} {
		if field, _ := split(detail); field != want {
			t.Errorf("%q names the field %q, not %q", detail, field, want)
		}
	}
}

// Whatever an API says, a message is one short line without digits, and short for the next look.
func FuzzNormalized(f *testing.F) {
	f.Add("user 'a' \"b 12")
	f.Add("“‘«'`")
	f.Fuzz(func(t *testing.T, text string) {
		m := normalized(text)
		if !utf8.ValidString(m) || utf8.RuneCountInString(m) > mostRunes+1 || strings.ContainsAny(m, "\n\r\t") {
			t.Errorf("%q becomes %q", text, m)
		}
		for word := range strings.FieldsSeq(m) {
			if core := strings.Trim(word, "()[]{}<>.,;:!?"); !names[core] && strings.ContainsAny(core, "0123456789@") {
				t.Errorf("%q becomes %q", text, m)
			}
		}
	})
}

// The key of a group must not change: people keep it from one night to the next, and compare
// it between machines.
func TestKey(t *testing.T) {
	s := user.Settled{Record: 1, File: "users.csv", Line: 2, Status: user.Refused, Code: "bad_email", HTTP: 422, Detail: "email: 'a' is taken"}
	key := Of(&s).Key("kard")
	if key != "g1-6yfkk5jnfj" {
		t.Errorf("the key is %s", key)
	}
	same := s
	same.Record, same.File, same.Line, same.ID, same.Detail, same.RequestID = 9, "other.csv", 7, "x", `email: "b c" is taken`, "r-1"
	if got := Of(&same).Key("kard"); got != key {
		t.Errorf("another user of the group has %s", got)
	}
	for name, change := range map[string]func(*user.Settled){
		"status":  func(s *user.Settled) { s.Status = user.Failed },
		"code":    func(s *user.Settled) { s.Code = "bad_name" },
		"http":    func(s *user.Settled) { s.HTTP = 400 },
		"field":   func(s *user.Settled) { s.Detail = "name: 'a' is taken" },
		"message": func(s *user.Settled) { s.Detail = "email: 'a' is bad" },
		"absent":  func(s *user.Settled) { s.File = "" },
	} {
		changed := s
		change(&changed)
		if Of(&changed).Key("kard") == key {
			t.Errorf("%s does not matter", name)
		}
	}
	if Of(&s).Key("onbo") == key {
		t.Error("the destination does not matter")
	}
}
