package object

import (
	"strings"
	"testing"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// Each fault is named, in words that hold nothing of the text; and what follows it is read only
// where its end is certain.
func TestFaults(t *testing.T) {
	m, err := mapping.New(mapping.Options{Header: []string{"id"}, Names: map[string]user.Field{"id": user.ID}, Typed: true, Config: mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "id"}}}})
	if err != nil {
		t.Fatal(err)
	}
	p := NewParser(m, nil, nil)
	for text, want := range map[string]string{
		`{"id":"7","a":NaN}`:                   "true word besides true, false and null",
		`{"id":"7","a":-Infinity}`:             "true word besides",
		`{"id":"7","a":True,"b":None}`:         "true word besides",
		`{id:"7"}`:                             "true a key without quotes",
		`{"id":007}`:                           "true zeros in front",
		`{"id":+7}`:                            "true zeros in front",
		`{"id":"7",}`:                          "true no comma in front of a closing bracket",
		`{"id":"7","a":[1,],"b":{"c":[[],],}}`: "true no comma in front of a closing bracket",
		"{\"id\":\"7\",\"a\":\"x\ny\"}":        "true line break",
		`{"id":"7","a":"C:\x"}`:                "true backslash in a text",
		`,`:                                    "true nothing is between two commas",
		`{"id":"7","a":}`:                      "false value is missing",
		`{"id":"7",,"a":1}`:                    "false a comma or a colon is where",
		`{"id" "7"}`:                           "false a comma, a colon or a quote is missing",
		`{'id':'7'}`:                           "false single quotes",
		`{"id":"7" /* new */}`:                 "false comment",
		`{"id":"7"} # new`:                     "false more than one value",
		`{"a":"5" tall","id":"7"}`:             "false word besides",
		`{"a":"5 tall,"id":"7"}`:               "false word besides",
		`{"id":"7"`:                            "false is not valid JSON",
		`{"a":1,"a":2,"id":NaN}`:               "true appears twice",
		`[` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `,NaN]`: "false word besides",
	} {
		invalid := p.Parse(text)
		certain, part, _ := strings.Cut(want, " ")
		if invalid == nil || !strings.Contains(invalid.Rule+" "+invalid.Hint, part) && part != "more than one value" && part != "appears twice" {
			t.Errorf("%s: %+v, want %s", text, invalid, part)
			continue
		}
		if got := EndIsCertain([]byte(text)); got != (certain == "true") {
			t.Errorf("%s: its end is certain: %v", text, got)
		}
		if strings.Contains(invalid.Rule+invalid.Hint, "7") {
			t.Errorf("%s: the message holds the text: %+v", text, invalid)
		}
	}
}

// A fault after a megabyte of blanks is found at once.
func TestFaultAfterBlanks(t *testing.T) {
	if got := Fault([]byte("{\"a\":1," + strings.Repeat(" ", 1<<20) + "'b'}")); got != ": it has single quotes" {
		t.Error(got)
	}
}
