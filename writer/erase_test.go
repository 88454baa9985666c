package writer

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"usersync/sync/user"
)

const toldResults = resultsHeader +
	"1,u.csv,2,u-1,r-1,create,created,201,,,1,5,2026-11-24T00:00:00.000Z,q-1\n" +
	"2,u.csv,3,'=u,,,invalid,,bad_phone,column phone,0,0,2026-11-24T00:00:00.000Z,\n" +
	"3,u.csv,4,,,,invalid,,unparsed,a rule,0,0,2026-11-24T00:00:00.000Z,\n"

const toldRejects = "_usersync_outcome,_usersync_code,_usersync_detail,_usersync_run,_usersync_record,_usersync_line,_usersync_raw,id,phone\n" +
	"invalid,bad_phone,column phone,r,2,3,,=u,555\n" +
	"invalid,unparsed,a rule,r,3,4,\"u-1,\"\"5\",,\n"

func TestErasure(t *testing.T) {
	for _, c := range []struct{ id, results, rejects string }{
		{"u-1", "1,u.csv,2,[erased],,create,created,201,,,1,5,2026-11-24T00:00:00.000Z,\n", "invalid,unparsed,a rule,r,3,4,[erased],,\n"},
		{"=u", "2,u.csv,3,[erased],,,invalid,,bad_phone,,0,0,2026-11-24T00:00:00.000Z,\n", "invalid,bad_phone,,r,2,3,[erased],,\n"},
	} {
		e := &Erasure{ID: c.id, Checkpoints: []int{0, 2, 3}}
		var results, rejects strings.Builder
		got, err := e.Results(&results, FileText{Name: "results.csv", Format: FormatCSV, Text: strings.NewReader(toldResults)})
		if err != nil || got.Erased != 1 || !strings.Contains(results.String(), c.results) {
			t.Errorf("%s: %v, %+v\n%s", c.id, err, got, results.String())
		}
		if text := results.String(); got.At[0] != int64(len(resultsHeader)) || !strings.HasPrefix(text[got.At[1]:], "3,") || got.At[2] != int64(len(text)) {
			t.Errorf("%s: marks at %v", c.id, got.At)
		}
		got, err = e.Rejects(&rejects, FileText{Name: "rejects.csv", Format: FormatCSV, Text: strings.NewReader(toldRejects)})
		if err != nil || got.Erased != 1 || !strings.Contains(rejects.String(), c.rejects) {
			t.Errorf("%s: %v, %+v\n%s", c.id, err, got, rejects.String())
		}
	}
}

// A key of the person is removed from rows of other ids that led to the person, and from no
// other row.
func TestErasureOfKeys(t *testing.T) {
	const results = resultsHeader +
		"1,u.csv,2,u-1,r-1,create,created,201,,,1,5,2026-11-24T00:00:00.000Z,q-1\n" +
		"2,u.csv,3,u-2,r-1,,refused,,same_user,why,0,0,2026-11-24T00:00:00.000Z,\n" +
		"3,u.csv,4,u-3,r-1,update,updated,200,,,1,0,2026-11-24T00:00:00.000Z,\n" +
		"4,u.csv,5,u-4,r-4,,in_doubt,,same_user,why,0,0,2026-11-24T00:00:00.000Z,\n" +
		"5,u.csv,6,u-1,r-4,,refused,,same_user,why,0,0,2026-11-24T00:00:00.000Z,\n"
	const header = "_usersync_outcome;_usersync_code;_usersync_detail;_usersync_run;_usersync_record;_usersync_line;_usersync_raw;id;key;note\n"
	met := map[string]bool{}
	e := &Erasure{ID: "u-1", Keys: map[string]bool{"r-1": true}, Met: met}
	var to strings.Builder
	got, err := e.Results(&to, FileText{Name: "results.csv", Format: FormatCSV, Text: strings.NewReader(results)})
	if err != nil || got.Erased != 3 || strings.Count(to.String(), "r-1") != 1 || !strings.Contains(to.String(), "2,u.csv,3,u-2,,,refused,,same_user,why") || !strings.Contains(to.String(), "u-4,r-4") {
		t.Errorf("%v, %+v\n%s", err, got, to.String())
	}
	if len(met) != 1 || !met["r-1"] {
		t.Errorf("met %v", met)
	}
	for row, want := range map[string]string{
		"u-2;r-1;":                       "u-2;;",
		`u-2;"r-1";'r-1`:                 "u-2;;",
		`u-2;"a;r-1;""b""";r-1`:          `u-2;"a;r-1;""b""";`,
		"u-2;r-12;r-1 and others":        "u-2;r-12;r-1 and others",
		`u-2;"open;r-1`:                  `u-2;"open;r-1`,
		`u-2;"two` + "\n" + `lines";r-1`: `u-2;"two` + "\n" + `lines";`,
	} {
		front := "refused;same_user;why;r;2;3;;"
		to.Reset()
		got, err := e.Rejects(&to, FileText{Name: "rejects.csv", Format: FormatCSV, Text: strings.NewReader(header + front + row + "\n")})
		if text := strings.TrimPrefix(to.String(), header); err != nil || text != front+want+"\n" || (got.Erased > 0) != (row != want) {
			t.Errorf("%q: %v, %q, want %q", row, err, text, front+want)
		}
	}
	for row, want := range map[string]string{
		`"id":"u-2","key":"r-1","note":"r-1 "`:   `"id":"u-2","key":null,"note":"r-1 "`,
		`"id": "u-2", "keys": {"key" : "r-1" } `: `"id": "u-2", "keys": {"key" : null } `,
	} {
		if text, erased := withoutMember(row, "r-1"); text != want || !erased {
			t.Errorf("%s: %s", row, text)
		}
	}
	if text, erased := withoutMember(`"key":17,"n":170`, "17"); text != `"key":null,"n":170` || !erased {
		t.Error(text)
	}
}

// Part of another id is not the id, and an erased user stays erased.
func TestErasureOfUnknownID(t *testing.T) {
	for _, id := range []string{"u", "1", "-1", "u-", user.Erased} {
		e := &Erasure{ID: id}
		var results, rejects strings.Builder
		got, err := e.Results(&results, FileText{Name: "results.csv", Format: FormatCSV, Text: strings.NewReader(toldResults)})
		if err != nil || got.Erased != 0 || results.String() != toldResults {
			t.Errorf("%q: %v, %+v", id, err, got)
		}
		if _, err := e.Rejects(&rejects, FileText{Name: "rejects.csv", Format: FormatCSV, Text: strings.NewReader(toldRejects)}); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// A row that a crash has truncated is removed if it names the person. For any other unreadable row
// that names them, a person must look.
func TestErasureOfUnreadableRows(t *testing.T) {
	for _, c := range []struct {
		row, want string
		fails     bool
	}{
		{"4,u.csv,5,u-1,", "", false},
		{"4,u.csv,5,u-2,", "4,u.csv,5,u-2,", false},
		{"4;u-1\n", "", true},
		{"4;u-2\n", "4;u-2\n", false},
	} {
		var to strings.Builder
		_, err := (&Erasure{ID: "u-1"}).Results(&to, FileText{Name: "results.csv", Format: FormatCSV, Text: strings.NewReader(resultsHeader + c.row)})
		if errors.As(err, new(*LineError)) != c.fails || !c.fails && to.String() != resultsHeader+c.want {
			t.Errorf("%q: %v, %q", c.row, err, to.String())
		}
	}
}

// TestErasureKnowsSpellings: a row that did not parse is the person's if it can be read so.
func TestErasureKnowsSpellings(t *testing.T) {
	for _, c := range []struct {
		id, row string
		want    bool
	}{
		{"u-1", "u-1,x", true}, {"u-1", "u-10,x", false}, {"u-1", "xu-1,x", false}, {"u-1", "'u-1\u200b", true}, {"u-1", "xu-1 u-1", true},
		{`cust"98765`, `"cust""98765",x`, true}, {"cust98765", `"cu"st98765"`, true}, {`cust"98765`, `"cust""98765""`, true},
		{"kündin", `{"id":"k\u00fcndin"`, true}, {"kündin", `{"id":"k\u00FCndin"`, true}, {"kündin", `{"id":"\u006b\u00fc\u006edin"`, true},
		{"kündin", `{\"id\":\"k\\u00fcndin\"`, true}, {"kündin", `{"id":"k\u00fcndinX"`, false}, {"kündin", `\nkündin`, true},
		{"a/b", `{"id":"a\/b"`, true}, {`a\b`, `{"id":"a\\b"`, true}, {"😀1", `{"id":"\ud83d\ude001"`, true}, {`a"b`, `{"id":"a\"b"`, true},
		{"kündin", "k\ufffdndin,x", true}, {"kündin", "k\ufffdndi,x", false}, {"ü", "\ufffd,x", false}, {"kündin", "k\xffndin,x", true},
		{"u-1", `\u12`, false}, {"u-1", `\`, false}, {"", "u-1", false}, {"u-1", "", false},
	} {
		if got := (&Erasure{ID: c.id}).names([]byte(c.row)); got != c.want {
			t.Errorf("%q in %q: %v", c.id, c.row, got)
		}
	}
}

// FuzzErasureSpellings: whatever surrounds an id, its escaped spelling is found.
func FuzzErasureSpellings(f *testing.F) {
	f.Add("kündin-98765", "x", "y")
	f.Add(`a"b\\c`, "", "\\u00")
	f.Fuzz(func(t *testing.T, id, before, after string) {
		quoted, err := json.Marshal(id)
		if err != nil || id == "" || !utf8.ValidString(id) || strings.ContainsRune(id, utf8.RuneError) {
			return
		}
		row := before + ",\"" + string(quoted[1:len(quoted)-1]) + "\"," + after
		if e := (&Erasure{ID: id}); !e.names([]byte(row)) && !strings.HasSuffix(before, "\\") {
			t.Errorf("%q is not found in %q", id, row)
		}
	})
}
