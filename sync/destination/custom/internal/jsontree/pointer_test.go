package jsontree

import "testing"

// The example of RFC 6901 5.
const document = `{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}`

func TestPointers(t *testing.T) {
	v, err := Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{
		"": document, "/foo": `["bar","baz"]`, "/foo/0": `"bar"`, "/": "0", "/a~1b": "1", "/c%d": "2", "/e^f": "3", "/g|h": "4", `/i\j`: "5", `/k"l`: "6", "/ ": "7", "/m~0n": "8",
		"/foo/2": "", "/foo/00": "", "/foo/-": "", "/foo/0/x": "", "/none": "",
	} {
		p, err := ParsePointer(pointer)
		if err != nil {
			t.Fatal(pointer, err)
		}
		got := ""
		if found, ok := p.In(v); ok {
			got = string(found.Append(nil))
		}
		if got != want {
			t.Errorf("%q leads to %s, want %s", pointer, got, want)
		}
	}
	for _, wrong := range []string{"foo", "/~", "/a~2", "#/foo"} {
		if p, err := ParsePointer(wrong); err == nil {
			t.Errorf("%q is %q", wrong, p)
		}
	}
	if _, ok := Pointer(nil).In(v); ok {
		t.Error("no pointer leads to the whole")
	}
}

// What follows the JSON, or is given twice, makes an answer unreadable.
func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "{} {}", "[1]2", `{"id":1,"id":2}`, `{"id":1`, "nothing"} {
		if v, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is %s", text, v.Append(nil))
		}
	}
}
