package reader

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

func TestColumns(t *testing.T) {
	o := Options{Paths: []string{"-"}, Stdin: strings.NewReader("_usersync_outcome;KEY;Mail;First;Last;Other;ACTION\n"), Mapping: mapping.Config{Fields: mapping.Fields{
		{Field: "id", Column: "KEY"}, {Field: "email", Column: "Mail"}, {Field: "name", Expr: `First + " " + Last`}}}}
	o.Mapping.OpColumn = mapping.OpRule{Column: "ACTION"}
	in, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	want := []Column{{Name: "KEY", Field: user.ID, Read: true}, {Name: "Mail", Field: user.Email, Read: true}, {Name: "First", Read: true},
		{Name: "Last", Read: true}, {Name: "Other"}, {Name: "ACTION", Read: true, Op: true}}
	if diff := cmp.Diff(want, in.Columns()); diff != "" {
		t.Error(diff)
	}
}

// TestHeaderAsksNothing: any header is fine, whatever a mapping would say.
func TestHeaderChecksNothing(t *testing.T) {
	for text, want := range map[string]Layout{
		"a;b;a\n1;2;3\n":                 {Format: CSV, Delimiter: ';', Header: []string{"a", "b", "a"}},
		"{\"a\":1}\n{\"b\":{\"c\":2}}\n": {Format: JSONL, Header: []string{"a", "b.c"}},
	} {
		got, err := gridHeader(t, Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
	for _, paths := range [][]string{nil, {"-"}, {"no such file"}} {
		_, err := gridHeader(t, Options{Paths: paths, Stdin: strings.NewReader("")})
		if _, ok := errors.AsType[*InputError](err); !ok {
			t.Errorf("%v: %v", paths, err)
		}
	}
}
