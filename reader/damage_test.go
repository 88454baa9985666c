package reader

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/identity"
	"usersync/sync/user"
)

// readIDs returns what each record of a text is: its line, its id, or the code of what is
// wrong with it.
func readIDs(t *testing.T, text string, o Options) (got []string, in *Input) {
	t.Helper()
	o.Paths, o.Stdin = []string{"-"}, strings.NewReader(text)
	in, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range in.Records() {
		what := ""
		if bad, ok := errors.AsType[*user.InvalidError](r.Err); ok {
			what = " !" + bad.Code
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %q%s", r.Origin.Line, r.User.ID, what))
	}
	return got, in
}

// Files that were joined keep their byte order marks and their headers. Neither makes
// a user, and a BOM is no part of an id.
func TestJoinedFiles(t *testing.T) {
	const bom = "\uFEFF"
	for name, c := range map[string]struct {
		text    string
		charset string
		want    []string
		headers int
	}{
		"with header":           {"id,email\na,\n" + bom + "id,email\nb,\n", "", []string{`2 "a"`, `4 "b"`}, 1},
		"without header":        {"id,email\na,\n" + bom + "b,\n", "", []string{`2 "a"`, `3 "b"`}, 0},
		"other line ends":       {"id,email\na,\nid,email\r\nb,\r\n", "", []string{`2 "a"`, `4 "b"`}, 1},
		"other quotes":          {"id,email\na,\n\"id\",\"email\"\nb,\n", "", []string{`2 "a"`, `4 "b"`}, 1},
		"a quoted row":          {"id,email\na,\n" + bom + "\"b\",\n", "", []string{`2 "a"`, `3 "b"`}, 0},
		"three":                 {"id,email\na,\n" + bom + "id,email\n" + bom + "id,email\n\n" + bom + "\nb,", "", []string{`2 "a"`, `7 "b"`}, 2},
		"two marks at once":     {bom + bom + "id,email\n" + bom + bom + "a,\n", "", []string{`2 "a"`}, 0},
		"converted":             {"id,email\na,\n\xef\xbb\xbfid,email\n\xef\xbb\xbfb,\n", "windows-1252", []string{`2 "a"`, `4 "b"`}, 1},
		"another header":        {"id,email\na,\nID,EMAIL\n", "", []string{`2 "a"`, `3 "ID" !header_again`}, 0},
		"id in another column":  {"email,id\n,a\n" + bom + ",b\n", "", []string{`2 "a"`, `3 "b"`}, 0},
		"inside, and in quotes": {"email,id\n,a\n,\"" + bom + "b\u200b \"\n", "", []string{`2 "a"`, `3 "b"`}, 0},
		"a no-break space":      {"id,email\n\u00a0a\u00a0,\n", "", []string{`2 "a"`}, 0},
		"in the middle":         {"id,email\na" + bom + "b,\n", "", []string{`2 "" !bad_id`}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, in := readIDs(t, c.text, Options{Charset: c.charset, CSV: CSVOptions{Delimiter: ","}})
			if diff := cmp.Diff(c.want, got); diff != "" || in.Skipped().Headers != c.headers {
				t.Errorf("%d headers\n%s", in.Skipped().Headers, diff)
			}
		})
	}
}

// The lines of joined JSON files may begin with a BOM too.
func TestJoinedJSON(t *testing.T) {
	got, _ := readIDs(t, "\uFEFF{\"id\":\"a\"}\n\uFEFF{\"id\":\"b\"}\n\uFEFF\n \uFEFF {\"id\":\"\uFEFFc\"}", Options{Format: JSONL})
	if diff := cmp.Diff([]string{`1 "a"`, `2 "b"`, `4 "c"`}, got); diff != "" {
		t.Error(diff)
	}
}

// Lines that may lie inside a broken quote are one record, which is invalid; a quote
// that nothing closes is a character.
func TestBrokenQuotes(t *testing.T) {
	for name, c := range map[string]struct {
		rows string
		want []string
	}{
		"closed on its line":     {"1,\"a \"b\" c\"\n2,x\n", []string{`2 "" !bare_quote`, `3 "2"`}},
		"quotes inside":          {"1,\"said \"hi\"\n2,x\nend\"\n3,y\n", []string{`2 "" !in_broken_quote`, `5 "3"`}},
		"closed by a later cell": {"1,\"a\"b\n2,\"x\"\n3,y\n", []string{`2 "" !in_broken_quote`, `4 "3"`}},
		"never closed":           {"1,\"a\"b\n2,x\n3,y\n", []string{`2 "" !bare_quote`, `3 "2"`, `4 "3"`}},
		"not opened":             {"1,5\" pipe\n2,x\n", []string{`2 "" !bare_quote`, `3 "2"`}},
		"after a blank":          {"1, \"a\n2,x\nb\"\n3,y\n", []string{`2 "" !in_broken_quote`, `5 "3"`}},
		"opened lines before":    {"1,\"a\n2,\"x\",\n3,\"y\"\n4,\"z\n5,w\n", []string{`2 "" !in_broken_quote`, `6 "5"`}},
		"CR LF":                  {"1,\"said \"hi\"\r\n2,x\r\nend\"\r\n3,y\r\n", []string{`2 "" !in_broken_quote`, `5 "3"`}},
		"to the end":             {"1,\"said \"hi\"\n2,x\nend\"", []string{`2 "" !in_broken_quote`}},
		"two in a row":           {"1,\"a\"b\n2,\"c\"d\n3,\"x\"\n4,y\n", []string{`2 "" !in_broken_quote`, `5 "4"`}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := readIDs(t, "id,email\n"+c.rows, Options{CSV: CSVOptions{Delimiter: ","}})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A broken quote takes at most what one record may take, and a file of many of them
// is still read in a moment.
func TestBrokenQuotesAreBounded(t *testing.T) {
	rows := strings.Repeat("u1,x\n", 300_000)
	got, _ := readIDs(t, "id,email\n1,\"a\"b\n"+rows+"2,\"c\"\n", Options{CSV: CSVOptions{Delimiter: ","}})
	if len(got) != 300_002 || got[1] != `3 "u1"` {
		t.Errorf("%d records", len(got))
	}
	got, _ = readIDs(t, "id,email\n"+strings.Repeat("1,\"a\"b\n", 300_000), Options{CSV: CSVOptions{Delimiter: ","}})
	if len(got) != 300_000 {
		t.Errorf("%d records", len(got))
	}
}

// A text that stands for no id is not one. Some may be ids all the same, if the ledger
// holds them: their record is complete, and waits for the answer.
func TestNoIDs(t *testing.T) {
	text := "id,email\nNULL,a@example.com\nNone,b@example.com\n1.2E+12,\nNa,\n-,\n"
	for name, c := range map[string]struct {
		ids  identity.Policy
		want []string
	}{
		"by default": {identity.Policy{}, []string{`2 "NULL" !null_id`, `3 "None" !null_id`, `4 "1.2E+12" !damaged_id`, `5 "Na"`, `6 "-" !null_id`}},
		"as set": {identity.Policy{Nulls: []string{"Na"}, AllowScientific: true},
			[]string{`2 "NULL"`, `3 "None"`, `4 "1.2E+12"`, `5 "Na" !null_id`, `6 "-"`}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := readIDs(t, text, Options{IDs: c.ids})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader("id,email\nNULL,a\nNone,b\n")})
	if err != nil {
		t.Fatal(err)
	}
	for r := range in.Records() {
		suspect := r.User.ID == "None"
		email, whole := r.User.Value(user.Email)
		if r.OnlySuspect() != suspect || suspect && (!whole || email.Text != "b") {
			t.Errorf("%s: suspect %t, email %q", r.User.ID, r.OnlySuspect(), email.Text)
		}
		if r.Accept(); suspect != (r.Err == nil) {
			t.Errorf("%s accepted: %v", r.User.ID, r.Err)
		}
	}
}

// Results quote what a spreadsheet would take for a formula. Read as an input they
// lose these quotes.
func TestResultsAsInput(t *testing.T) {
	header := "record,file,line,id,remote_id,action,outcome,http_status,code,detail,attempts,ms,at,request_id\n"
	row := func(id string) string { return "1,u.csv,2," + id + ",,create,created,201,,,1,5,,\n" }
	text := header + row("'+14155552671") + row("''quoted") + row("plain") + row(`"'""a\tb"""`) + row("'-5")
	ignore := strings.Split("record,file,line,remote_id,action,outcome,http_status,code,detail,attempts,ms,at,request_id", ",")
	o := Options{Op: user.Delete}
	o.Mapping.Ignore = ignore
	got, _ := readIDs(t, text, o)
	want := []string{`2 "+14155552671"`, `3 "'quoted"`, `4 "plain"`, `5 "" !bad_id`, `6 "-5"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	o.Mapping.Ignore = nil
	if got, _ := readIDs(t, "id,email\n'+1,\n", o); got[0] != `2 "'+1"` {
		t.Errorf("another file: %s", got)
	}
}

// The id of a reject is the one that was rejected, unless it was what was wrong.
func TestRejectsWhoseIDChanged(t *testing.T) {
	was := map[int]string{1: "007", 2: "8", 3: "NULL", 4: "c-12", 5: "7"}
	o := Options{Rejects: Rejects{RejectedAs: func(r user.Rejected, id string) (bool, bool) {
		text, known := was[r.Record]
		return text == id, known && r.Run == "r1"
	}}}
	text := "_usersync_outcome,_usersync_code,_usersync_run,_usersync_record,id,email\n" +
		"failed,busy,r1,1,7,\n" + // its zeros were eaten
		"failed,busy,r1,2,8,\n" +
		"invalid,null_id,r1,3,9,\n" + // the id was what was wrong
		"invalid,torn,r1,4,c-1234,\n" +
		"invalid,id_changed,r1,5,7,\n" + // and it still is
		"invalid,id_changed,r1,5,007,\n" +
		"failed,busy,,1,7,\n" + // a person says that another id is meant
		"failed,busy,r1,6,6,\n" // not known
	want := []string{`2 "7" !id_changed`, `3 "8"`, `4 "9"`, `5 "c-1234"`, `6 "7" !id_changed`, `7 "007"`, `8 "7"`, `9 "6"`}
	got, _ := readIDs(t, text, o)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
