package list

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	for name, text := range map[string]string{
		"plain":        "old,new\na,b\nc,d\n",
		"tabs":         "old\tnew\na\tb\nc\td\n",
		"semicolons":   "\ufeffold;new\r\na;b\r\nc;d\r\n",
		"more columns": "note,New , OLD\nx,b,a\n,d,c\n",
		"results":      "record,outcome,old,new\n1,in_doubt,\"'\"\"a\"\"\",b\n2,in_doubt,c,'d\n",
		"blanks":       "old,new\n a ,b\u200b\n\n\"c\",d",
	} {
		got, err := Read(strings.NewReader(text), "old", "new")
		var cells [][]string
		for _, r := range got {
			cells = append(cells, r.Cells)
		}
		if d := cmp.Diff([][]string{{"a", "b"}, {"c", "d"}}, cells); d != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	got, err := Read(strings.NewReader("old,new\n\"a\nb\",c\nd,e\n"), "old")
	if err != nil || len(got) != 2 || got[0].Line != 2 || got[1].Line != 4 {
		t.Error(got, err)
	}
	if got, err := Read(strings.NewReader("old,new\n'a,b\n"), "old"); err != nil || got[0].Cells[0] != "'a" {
		t.Error("an apostrophe of a person's own was taken away:", got, err)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "it is empty",
		"id,new\na,b\n":                   "line 1: the header must name the columns old and new",
		"old,new,old\na,b,c\n":            "each once",
		"old,new\na,b\nsecret\n":          "line 3: it has another number of cells",
		"old,new\nsecret\"x,b\n":          "line 2: its quotes are broken",
		"o\x00l\x00d\x00,\x00n\x00\n\x00": "not UTF-8",
		"old,new\n\xff,b\n":               "not UTF-8",
	} {
		_, err := Read(strings.NewReader(text), "old", "new")
		bad, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(bad.Error(), want) || strings.Contains(bad.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
