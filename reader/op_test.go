package reader

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// ordered returns the operation of each record.
func ordered(t *testing.T, o Options, text string) (got []string) {
	t.Helper()
	o.Paths, o.Stdin = []string{"-"}, strings.NewReader(text)
	in, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range in.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Err != nil {
			got = append(got, summary(rec, nil))
			continue
		}
		got = append(got, fmt.Sprintf("%s %s", rec.Op, summary(rec, nil)))
	}
	return got
}

func TestOpColumn(t *testing.T) {
	hashed := mapping.Rule{Field: "birth_year", Expr: "split(Born, \"-\")[1]"}
	for name, c := range map[string]struct {
		o    mapping.Config
		text string
		want []string
	}{
		"each word, in any letter case": {mapping.Config{OpColumn: mapping.OpRule{Column: "DO"}}, "id,DO\n1,upsert\n2, CREATE \n3,Update\n4,delete\n",
			[]string{"upsert 2 1", "create 3 2", "update 4 3", "delete 5 4"}},
		"anything else": {mapping.Config{OpColumn: mapping.OpRule{Column: "DO"}}, "id,DO\n1,remove\n2,\n3,\"  \"\n4,upsert,\n5,mirror\n",
			[]string{"2 !bad_op DO", "3 !bad_op DO", "4 !bad_op DO", "5 !ragged", "6 !bad_op DO"}},
		"the id comes first":         {mapping.Config{OpColumn: mapping.OpRule{Column: "DO"}}, "id,DO\n,remove\n", []string{"2 !no_id id"}},
		"a name that is a field too": {mapping.Config{OpColumn: mapping.OpRule{Column: "title"}}, "id,title\n1,delete\n", []string{"delete 2 1"}},
		"with a mapping": {mapping.Config{OpColumn: mapping.OpRule{Column: "DO"}, Fields: mapping.Fields{{Field: "id", Column: "N"}, {Field: "title", Column: "DO"}}}, "N,DO,other\n1,Create,x\n",
			[]string{"create 2 1 title=Create"}},
		"a delete with unfit cells": {mapping.Config{OpColumn: mapping.OpRule{Column: "DO"}, Fields: mapping.Fields{{Field: "id", Column: "N"}, {Field: "email", Column: "E"}, hashed}},
			"N,E,Born,DO\n1,a@x,19,delete\n2,b@x,19,upsert\n3,c@x,1-2,delete\n,d@x,1-2,delete\n",
			[]string{"delete 2 1 email=a@x", "3 !expression Born", "delete 4 3 email=c@x birth_year=2", "5 !no_id N"}},
		"a delete with a masked secret": {mapping.Config{OpColumn: mapping.OpRule{Column: "DO"}}, "id,ssn,DO\n1,***,delete\n2,***,upsert\n",
			[]string{"delete 2 1", "3 !masked ssn"}},
		"JSON": {mapping.Config{OpColumn: mapping.OpRule{Column: "do"}}, `{"id":1,"do":"Delete"}` + "\n" + `{"id":2}` + "\n" + `{"id":3,"do":null}` + "\n" + `{"id":4,"do":{"a":1}}` + "\n" + `{"id":5,"do":true}`,
			[]string{"delete 1 1", "2 !bad_op do", "3 !bad_op do", "4 !bad_op do", "5 !bad_op do"}},
		"JSON whose first record lacks it": {mapping.Config{OpColumn: mapping.OpRule{Column: "meta.do"}}, `{"id":1}` + "\n" + `{"id":2,"meta":{"do":"update"}}`,
			[]string{"1 !bad_op meta.do", "update 2 2"}},
		"an array without elements": {mapping.Config{OpColumn: mapping.OpRule{Column: "do"}}, "[]", nil},
		"none":                      {mapping.Config{}, "id,title\n1,delete\n", []string{"create 2 1 title=delete"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ordered(t, Options{Mapping: c.o, Op: user.Create}, c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOpColumnMissing(t *testing.T) {
	for text, near := range map[string]string{
		"id,ACTON\n1,delete\n":       `the nearest is column "ACTON"`,
		`{"id":1,"action":"delete"}`: `the nearest is column "action"`,
	} {
		_, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text), Mapping: mapping.Config{OpColumn: mapping.OpRule{Column: "ACTION"}, Ignore: []string{"ACTON", "action"}}})
		e, ok := errors.AsType[*InputError](err)
		if !ok || !strings.Contains(e.Rule, "op_column") || !strings.Contains(e.Rule, near) || e.Hint == "" {
			t.Errorf("%v, want %q", err, near)
		}
	}
}

// TestBadOpHidesTheCell: the cell may hold personal data.
func TestBadOpHidesTheCell(t *testing.T) {
	o := Options{Paths: []string{"-"}, Stdin: strings.NewReader("id,DO\n1,a@example.com\n"), Mapping: mapping.Config{OpColumn: mapping.OpRule{Column: "DO"}}}
	in, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range in.Records() {
		if err != nil || rec.Err == nil {
			t.Fatal(rec.Err, err)
		}
		if got, want := rec.Err.Error(), "column DO: must be upsert, create, update or delete; "+
			"translate other words in the config: op_column: {column: DO, map: {WORD: upsert, OTHER: delete}}"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if rec.Origin.Raw != "1,a@example.com" {
			t.Errorf("rejects would hold %q", rec.Origin.Raw)
		}
	}
}
