package reader

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// TestDialects: cells that are separated by several characters or control characters, and
// quotes and delimiters after a backslash.
func TestDialects(t *testing.T) {
	backslash := CSVOptions{Escape: '\\'}
	for name, c := range map[string]struct {
		o    CSVOptions
		text string
		want []string
	}{
		"two bars":            {CSVOptions{}, "id||name||title\n1||a,\"b||\n2||||x\n", []string{"2 !bare_quote name", "3 2 title=x"}},
		"two bars set":        {CSVOptions{Delimiter: "||"}, "id||name\n1||a|b\n2||\"c||d\"\"e\"\n", []string{"2 1 name=a|b", "3 2 name=c||d\"e"}},
		"bar, empty cells":    {CSVOptions{}, "id|name|title\n1||x\n", []string{"2 1 title=x"}},
		"control":             {CSVOptions{}, "id\x01name\n1\x01a,b\n", []string{"2 1 name=a,b"}},
		"unit separator":      {CSVOptions{}, "id\x1fname\n1\x1fa\n", []string{"2 1 name=a"}},
		"tilde":               {CSVOptions{}, "id~name\n1~a,b\n", []string{"2 1 name=a,b"}},
		"three":               {CSVOptions{}, "id|~|name\n1|~|a|b\n", []string{"2 1 name=a|b"}},
		"trailing":            {CSVOptions{}, "id||name\n1||a||\n2||b||\n", []string{"2 1 name=a", "3 2 name=b"}},
		"program line":        {CSVOptions{}, "sep=||\nid||name\n1||a\n", []string{"3 1 name=a"}},
		"blank lines":         {CSVOptions{Delimiter: "||"}, "id||name\n\n1||a\n", []string{"3 1 name=a"}},
		"empty, one column":   {CSVOptions{Delimiter: "||"}, "id\n\"\"\n", []string{"2 !no_id id"}},
		"quotes":              {backslash, `id,name` + "\n" + `1,"say \"hi\", twice"` + "\n" + `2,a\,b` + "\n" + `3,"c:\\d"` + "\n", []string{`2 1 name=say "hi", twice`, "3 2 name=a,b", `4 3 name=c:\d`}},
		"quotes doubled":      {backslash, "id,name\n1,\"a\"\"b\"\n", []string{`2 1 name=a"b`}},
		"escaped line end":    {backslash, "id,name\n1,a\\\nb\n2,\"c\\\nd\"\n3,e\n", []string{"2 1 name=a\nb", "4 2 name=c\nd", "6 3 name=e"}},
		"letters":             {backslash, `id,name` + "\n" + `1,a\tb` + "\n" + `2,DOMAIN\user` + "\n" + `\N,x` + "\n" + `3,O\'Hara` + "\n", []string{"2 1 name=a\tb", "3 !bad_escape", "4 !null_id id", "5 3 name=O'Hara"}},
		"blanks of R":         {backslash, `"id" "email" "name"` + "\n" + `"1" "u" "a@x" "B \"C\" D"` + "\n" + `"2" "v" "b@x" NA` + "\n", []string{`2 u email=a@x name=B "C" D`, "3 v email=b@x name=NA"}},
		"row names of R":      {backslash, `"id","email","name"` + "\n" + `"1","u","a@x","B \"C\" D"` + "\n" + `"2","v","b@x",NA` + "\n", []string{`2 u email=a@x name=B "C" D`, "3 v email=b@x name=NA"}},
		"at the end":          {backslash, "id,name\n1,a\\", []string{"2 !bare_quote name"}},
		"with two characters": {CSVOptions{Escape: '\\', Delimiter: "||"}, "id||name\n1||a\\|\\|b\n", []string{"2 1 name=a||b"}},
		"broken quote":        {backslash, "id,name\n1,\"a\"x\\\"\n2,b\n", []string{"2 !bare_quote name", "3 2 name=b"}},
		"one more, empty":     {CSVOptions{}, "id,name\n" + strings.Repeat("1,a\n", 150) + "2,b,\n", append(repeat("1 name=a", 150), "152 !ragged")},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(t, Options{CSV: c.o}, c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func repeat(record string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("%d %s", i+2, record))
	}
	return all
}

// TestRaggedByTheLastCell: a row that has one cell too many, an empty one, says so.
func TestRaggedByTheLastCell(t *testing.T) {
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader("id,name\n1,a\n2,b,\n")})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for rec, err := range in.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Err != nil && !strings.Contains(rec.Err.Error(), "has 3 cells, the header has 2; the last one is empty") {
			t.Error(rec.Err)
		}
	}
}

// TestRejectsOfDialects: what a row that was not parsed looked like is parsed in the dialect of
// the input, and other rows in that of the rejects.
func TestRejectsOfDialects(t *testing.T) {
	head := "_usersync_outcome,_usersync_code,_usersync_raw,id,name\n"
	for name, c := range map[string]struct {
		o    CSVOptions
		row  string
		want string
	}{
		"escape":              {CSVOptions{Escape: '\\'}, `invalid,ragged,"1,""say \""hi\"", twice""",,` + "\n", `2 1 name=say "hi", twice`},
		"not in other cells":  {CSVOptions{Escape: '\\'}, `invalid,bad_email,,1,DOMAIN\user` + "\n", `2 1 name=DOMAIN\user`},
		"two bars":            {CSVOptions{Delimiter: "||"}, "invalid,ragged,1||a,,\n", "2 1 name=a"},
		"two bars guessed":    {CSVOptions{}, "invalid,ragged,1||a,,\n", "2 1 name=a"},
		"other columns":       {CSVOptions{}, "invalid,ragged,\"name,more,id\na,b,1\",,\n", "2 1 name=a"},
		"other columns again": {CSVOptions{}, "invalid,ragged,\"name,more,id\na,b,1,c\",,\n", "2 !ragged"},
		"two rows":            {CSVOptions{}, "invalid,ragged,\"1,a\n2,b\",,\n", "2 !unparsed _usersync_raw"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{c.want}, read(t, Options{CSV: c.o}, head+c.row)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOtherColumnOrders: each file's own header maps its rows, and rejects have the columns of
// the first file.
func TestOtherColumnOrders(t *testing.T) {
	first := stored(t, "a.csv", []byte("id,email,note\n1,a@x,n\n"))
	fields := mapping.Config{Fields: mapping.Fields{{Field: user.ID, Column: "id"}, {Field: user.Email, Column: "email"}}}
	for name, c := range map[string]struct {
		config mapping.Config
		text   string
		want   []string
		raw    string
	}{
		"order":           {fields, "email,id\n\"b,c@x\",2\n", []string{"2 1 email=a@x", "2 2 email=b,c@x"}, `2,"b,c@x",`},
		"another column":  {fields, "more,email,id,note\nm,b@x,2,n\n", []string{"2 1 email=a@x", "2 2 email=b@x"}, "2,b@x,n"},
		"ragged":          {fields, "email,id\nb@x,2,3\n", []string{"2 1 email=a@x", "2 !ragged"}, "email,id\nb@x,2,3"},
		"by name":         {mapping.Config{Ignore: []string{"note"}}, "email,id\nb@x,2\n", []string{"2 1 email=a@x", "2 2 email=b@x"}, "2,b@x,"},
		"missing":         {fields, "id,mail\n2,b\n", []string{`stop 0 the file has no column "email"`}, ""},
		"missing by name": {mapping.Config{Ignore: []string{"note"}}, "id\n2\n", []string{`stop 0 it lacks column "email"`}, ""},
		"more by name":    {mapping.Config{Ignore: []string{"note"}}, "id,email,phone\n2,b,1\n", []string{`stop 0 has another column than `}, ""},
		"twice":           {fields, "id,email,email\n2,b,c\n", []string{`stop 0 column "email" appears twice`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			second := stored(t, "b.csv", []byte(c.text))
			in, err := Open(t.Context(), Options{Paths: []string{first, second}, Mapping: c.config})
			if stop, stops := strings.CutPrefix(c.want[0], "stop 0 "); stops {
				if err == nil || !strings.Contains(err.Error(), second) || !strings.Contains(err.Error(), stop) {
					t.Errorf("%v, want %s", err, stop)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var got []string
			raw := ""
			for rec, err := range in.Records() {
				got, raw = append(got, summary(rec, err)), rec.Origin.Raw
			}
			if diff := cmp.Diff(c.want, got); diff != "" || raw != c.raw {
				t.Errorf("%s%q", diff, raw)
			}
		})
	}
}
