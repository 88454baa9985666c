package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

var colors = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Colors add nothing to the words, and what a terminal would obey is escaped.
func TestPrintColored(t *testing.T) {
	for name, s := range map[string]Summary{"mixed": mixed(), "quiet": quiet(), "stopped": stopped(), "lost": lost()} {
		var with, without bytes.Buffer
		if PrintColored(&with, s) != nil || Print(&without, s) != nil {
			t.Fatal(name)
		}
		if plain := colors.ReplaceAllString(with.String(), ""); plain != without.String() {
			t.Errorf("%s:\n%s\nwithout colors:\n%s", name, plain, without.String())
		}
		for line := range strings.Lines(with.String()) {
			if strings.HasPrefix(line, "\x1b") != strings.HasSuffix(line, reset+"\n") {
				t.Errorf("%s: %q", name, line)
			}
		}
	}
	s := mixed()
	s.Inputs[0].Path, s.Next = "x", "run \x1b[31m\u202e.csv"
	var b bytes.Buffer
	if err := PrintColored(&b, s); err != nil || !strings.Contains(b.String(), string(strong)+`  next     run \u001b[31m\u202e.csv`+reset) {
		t.Errorf("%v %q", err, b.String())
	}
	for look, want := range map[style]string{good: "Finished in 31ms", poor: "Finished in 1m42s", bad: "Stopped after"} {
		found := false
		for _, s := range []Summary{mixed(), quiet(), stopped()} {
			b.Reset()
			_ = PrintColored(&b, s)
			found = found || strings.Contains(b.String(), string(look)+want)
		}
		if !found {
			t.Errorf("no %q", want)
		}
	}
}

func TestPrintShort(t *testing.T) {
	for name, c := range map[string]struct {
		s       Summary
		columns int
		want    string
	}{
		"at 80 columns": {mixed(), 80, "usersync: run 20260314T020000Z-k3f9qa: 167 rejects of 100,000 records: 68\n" +
			"          invalid, 97 refused, 2 in doubt: 167 records were not taken.\n" +
			"  next: usersync run runs/20260314T020000Z-k3f9qa/rejects.csv\n"},
		"rejects": {mixed(), 0, "usersync: run 20260314T020000Z-k3f9qa: 167 rejects of 100,000 records: 68 invalid, 97 refused, 2 in doubt: 167 records were not taken.\n" +
			"  next: usersync run runs/20260314T020000Z-k3f9qa/rejects.csv\n"},
		"nothing": {quiet(), 0, ""},
	} {
		var b bytes.Buffer
		if err := PrintShort(&b, c.s, c.columns); err != nil || b.String() != c.want {
			t.Errorf("%s: %v %q", name, err, b.String())
		}
	}
}
