package reader

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/proof"
	"usersync/sync/user"
)

// TestJSONLayouts: JSON files hold users in other ways than one a line.
func TestJSONLayouts(t *testing.T) {
	ab := []string{"1 a email=x", "2 b email=y"}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"in an object":             {"{\"users\": [{\"id\":\"a\",\"email\":\"x\"},\n{\"id\":\"b\",\"email\":\"y\"}\n]}\n", ab},
		"in an object in another":  {"{\"meta\":{\"n\":[1]},\"data\":{\"page\":1,\"users\":[{\"id\":\"a\",\"email\":\"x\"},\n{\"id\":\"b\",\"email\":\"y\"}]}}", ab},
		"beside no others":         {"{\"errors\":[],\"users\":[{\"id\":\"a\",\"email\":\"x\"},\n{\"id\":\"b\",\"email\":\"y\"}]}", ab},
		"beside other things":      {"{\"warnings\":[{\"text\":\"x\"}],\"users\":[{\"id\":\"a\",\"email\":\"x\"},\n{\"id\":\"b\",\"email\":\"y\"}]}", ab},
		"of an export with an id":  {"{\"id\":\"e7\",\"users\":[{\"id\":\"a\",\"email\":\"x\"},\n{\"id\":\"b\",\"email\":\"y\"}]}", ab},
		"a page on each line":      {"{\"users\":[{\"id\":\"a\",\"email\":\"x\"}],\"next\":\"t\"}\n{\"users\":[{\"id\":\"b\",\"email\":\"y\"}],\"next\":null}\n", ab},
		"arrays one after another": {"[{\"id\":\"a\",\"email\":\"x\"}]\n[{\"id\":\"b\",\"email\":\"y\"}]\n", ab},
		"over several lines":       {"{\n \"id\":\"a\",\n \"email\":\"x\"\n}\n{\n \"id\":\"b\",\n \"email\":\"y\"\n}\n", []string{"1 a email=x", "5 b email=y"}},
		"over lines, with commas":  {"{\"id\":\"a\",\n\"email\":\"}\\\"\"},\n{\"id\":\"b\",\n\"email\":\"y\"},\n", []string{"1 a email=}\"", "3 b email=y"}},
		"on one line":              {"{\"id\":\"a\",\"email\":\"x\"}{\"id\":\"b\",\"email\":\"y\"} {\"id\":\"c\"}\n{\"id\":\"d\"}", []string{"1 a email=x", "1 b email=y", "1 c", "2 d"}},
		"commas at line ends":      {"{\"id\":\"a\",\"email\":\"x\"},\n{\"id\":\"b\",\"email\":\"y\"},\n", ab},
		"after record separators":  {"\x1e{\"id\":\"a\",\"email\":\"x\"}\n\x1e{\"id\":\"b\",\"email\":\"y\"}\n", ab},
		"separated, one broken":    {"\x1e{\"id\":\"a\",\n\"email\":\"x\"}\n\x1e{\"id\":\n\x1e\x1e{\"id\":\"b\",\n\"email\":\"y\"}\n", []string{"1 a email=x", "3 !bad_json", "4 b email=y"}},
		"after a byte order mark":  {"\uFEFF\uFEFF[{\"id\":\"a\",\"email\":\"x\"},\n\uFEFF{\"id\":\"b\",\"email\":\"y\"}]", ab},
		"a user with a list":       {`{"id":"a","email":"x","courses":[{"id":"c1"}]}`, []string{`1 a email=x courses=json:[{"id":"c1"}]`}},
		"no users":                 {" [\n] \n", nil},
		"no users in an object":    {`{"users": [], "total": 0}`, nil},
		"an empty object":          {"{ }\n", nil},
		"a broken first line":      {"{\"id\":\"a\",\"email\":\n{\"id\":\"b\",\"email\":\"y\"}\n", []string{"1 !bad_json", "2 b email=y"}},
		"cut in the object":        {"{\"users\":[{\"id\":\"a\",\"email\":\"x\"}]", []string{"1 a email=x", "stop 1 the JSON object around the array is never closed"}},
		"cut in a user":            {"{\n\"id\":\"a\",\"email\":\"x\"}\n{\n\"id\":\"b\"", []string{"1 a email=x", "stop 3 the JSON object that begins on this line is never closed"}},
		"text between objects":     {"{\n\"id\":\"a\",\"email\":\"x\"}\n5\n{}", []string{"1 a email=x", "stop 3 text between the JSON objects belongs to none of them, at byte 25 of the decoded file"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(t, Options{Format: JSONL}, c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUserOrWrapper: whether an object or the array inside of it holds the users is never
// guessed.
func TestUserOrWrapper(t *testing.T) {
	text := `{"id":"o","email":"z","members":[{"id":"a","email":"x"},{"id":"b","email":"y"}]}`
	ignored := mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "id"}, {Field: "email", Column: "email"}}}
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text), Mapping: ignored})
	if e, ok := errors.AsType[*InputError](err); !ok || !strings.Contains(e.Hint, "records: /members ; if the object is the user, write  format: jsonl") {
		t.Fatalf("%v, error %v", in, err)
	}
	for name, c := range map[string]struct {
		o    Options
		text string
		want []string
	}{
		"the array":   {Options{Records: "/members", Mapping: ignored}, text, []string{"1 a email=x", "1 b email=y"}},
		"the object":  {Options{Format: JSONL, Mapping: ignored}, text, []string{"1 o email=z"}},
		"two objects": {Options{Mapping: ignored}, text + "\n" + text, []string{"1 o email=z", "2 o email=z"}},
	} {
		if diff := cmp.Diff(c.want, read(t, c.o, c.text)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestSeveralArrays: which of them holds the users is never guessed.
func TestSeveralArrays(t *testing.T) {
	text := `{"deleted":[{"id":"z"}],"data":{"active/now":[{"id":"a"}]}}`
	o := Options{Paths: []string{"-"}, Format: JSONL, Stdin: strings.NewReader(text)}
	_, err := Open(t.Context(), o)
	if e, ok := errors.AsType[*InputError](err); !ok || !strings.Contains(e.Hint, "records: /users") {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff([]string{"1 a"}, read(t, Options{Records: "/data/active~1now"}, text)); diff != "" {
		t.Error(diff)
	}
	for pointer, rule := range map[string]string{"/users": "has no array at that place", "users": "does not begin with a slash"} {
		o.Records, o.Stdin = pointer, strings.NewReader(text)
		if _, err := Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), rule) {
			t.Errorf("%s: error %v", pointer, err)
		}
	}
}

// TestSecondArrayFarAway: a second array that was too far away to be seen is found at the
// end.
func TestSecondArrayFarAway(t *testing.T) {
	text := `{"users":[{"id":"a"}` + strings.Repeat(",\n{\"id\":\"b\",\"email\":\""+strings.Repeat("x", 1000)+"\"}", 1500) + `],"more_users":[{"id":"c"}]}`
	got := read(t, Options{}, text)
	if last := got[len(got)-1]; len(got) != 1502 || !strings.Contains(last, "another array of objects follows") {
		t.Errorf("%d, %s", len(got), last)
	}
	if got = read(t, Options{Records: "/users"}, text); len(got) != 1501 {
		t.Errorf("%d with its name", len(got))
	}
}

// TestPages: a page of a longer list proves nothing about users that are not on it.
func TestPages(t *testing.T) {
	for name, c := range map[string]struct {
		around string // %s is the array
		page   bool
	}{
		"nothing said":            {`{"users":%s}`, false},
		"a link":                  {`{"@odata.nextLink":"https://x/2","value":%s}`, true},
		"no link":                 {`{"@odata.nextLink":null,"value":%s,"next":""}`, false},
		"more, at the end":        {`{"users":%s,"has_more":true}`, true},
		"no more":                 {`{"users":%s,"has_more":false}`, false},
		"a total above":           {`{"totalResults":5,"Resources":%s}`, true},
		"a total":                 {`{"totalResults":2,"startIndex":1,"itemsPerPage":100,"Resources":%s}`, false},
		"a text as total":         {`{"meta":{"total_count":"5"},"users":%s}`, true},
		"a page in the middle":    {`{"totalResults":2,"startIndex":3,"Resources":%s}`, true},
		"an object that leads":    {`{"results":%s,"paging":{"next":{"after":"9"}}}`, true},
		"an object to nowhere":    {`{"results":%s,"links":{"self":"x","next":null,"last":"y"}}`, false},
		"the last of several":     {`{"results":%s,"links":{"prev":"x"}}`, true},
		"not done":                {`{"done":false,"records":%s}`, true},
		"not last":                {`{"content":%s,"last":false,"page":{"size":2}}`, true},
		"an offset":               {`{"offset":100,"users":%s}`, true},
		"a list of links":         {`{"items":%s,"links":[{"rel":"self","href":"x"},{"rel":"next","href":"y"}]}`, true},
		"a list without a next":   {`{"links":[{"rel":"self","href":"x"},{"rel":"last","href":"y"}],"items":%s}`, false},
		"a prefix":                {`{"@odata.count":5,"value":%s}`, true},
		"a prefix without @":      {`{"odata.nextLink":"x","value":%s}`, true},
		"two underscores":         {`{"d":{"__next":"x","results":%s}}`, true},
		"a list that leads":       {`{"users":%s,"links":{"next":[{"href":"x"}]}}`, true},
		"no list that leads":      {`{"users":%s,"links":{"next":[]}}`, false},
		"sorted after":            {`{"users":%s,"search_after":["x"]}`, true},
		"a cursor":                {`{"users":%s,"cursor":"x"}`, true},
		"a cursor to nowhere":     {`{"users":%s,"cursor":null}`, false},
		"a cursor of this page":   {`{"users":%s,"pageInfo":{"hasNextPage":false,"endCursor":"x"}}`, false},
		"cursors around it":       {`{"data":%s,"paging":{"cursors":{"before":"x","after":"y"}}}`, false},
		"a start":                 {`{"start":50,"users":%s}`, true},
		"a total in an object":    {`{"hits":{"total":{"value":9},"hits":%s}}`, true},
		"the total of records":    {`{"data":%s,"recordsTotal":9}`, true},
		"a total with a prefix":   {`{"data":%s,"hydra:totalItems":9}`, true},
		"all, with a prefix":      {`{"data":%s,"hydra:totalItems":2,"hydra:view":{"hydra:last":"/u?page=1"}}`, false},
		"more data":               {`{"resultSet":{"hasMoreData":true},"users":%s}`, true},
		"a token, at the end":     {`{"users":%s,"response_metadata":{"next_cursor":""}}`, false},
		"a negative page":         {`{"users":%s,"next_page":-1}`, false},
		"a full page":             {`{"users":%s,"limit":2,"offset":0}`, true},
		"a page that is not full": {`{"users":%s,"per_page":25,"page":1}`, false},
		"a full page that is all": {`{"users":%s,"limit":2,"total":2}`, false},
		"changes only":            {`{"value":%s,"@odata.deltaLink":"x"}`, true},
		"a total of other things": {`{"total_groups":1,"cursor":"x","users":%s}`, true},
		"no errors, a full page":  {`{"total_errors":0,"limit":2,"offset":0,"users":%s}`, true},
		"parts of errors":         {`{"partial_errors":0,"cursor":"x","users":%s}`, true},
		"another next":            {`{"next_meeting":null,"limit":2,"users":%s}`, true},
		"no more, in other words": {`{"hasMoreData":false,"cursor":"x","users":%s}`, false},
		"a name":                  {`{"logins":{"Delta Jones":3},"users":%s}`, true},
		"partial":                 {`{"users":%s,"partial":true}`, true},
		"about the next run":      {`{"users":%s,"next_run_at":"2026-01-01","total_amount":900,"count":2}`, false},
		"inside the same object":  {`{"data":{"users":%s,"cursor":{"hasNextPage":true}}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "u.json")
			text := strings.Replace(c.around, "%s", `[{"id":"a","email":"x"},{"id":"b"}]`, 1)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{0, 2} {
				in, err := Open(t.Context(), Options{Paths: []string{path}, Expect: Expected{Records: n}})
				if err != nil {
					t.Fatal(err)
				}
				for _, err := range in.Records() {
					if err != nil {
						t.Fatal(err)
					}
				}
				if by := in.Proofs()[0].By; (by == proof.Unproven) != c.page {
					t.Errorf("proof %q", by)
				}
				if strings.Contains(strings.Join(in.Warnings(), " "), "Jones") {
					t.Error("a name is shown:", in.Warnings())
				}
				if said := strings.Contains(strings.Join(in.Warnings(), " "), "one page of a longer list"); said != c.page {
					t.Errorf("warnings %q", in.Warnings())
				}
				if err := in.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestEmptyFirstFile: a file without users does not decide how the others are read.
func TestEmptyFirstFile(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for name, text := range map[string]string{"1.json": "[]", "2.json": `[{"key":"a","mail":"x"}]`, "3.json": "{}"} {
		paths = append(paths, filepath.Join(dir, name))
		if err := os.WriteFile(paths[len(paths)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(paths)
	in, err := Open(t.Context(), Options{Paths: paths, Mapping: mapping.Config{Fields: mapping.Fields{{Field: user.ID, Column: "key"}, {Field: user.Email, Column: "mail"}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var got []string
	for rec, err := range in.Records() {
		got = append(got, summary(rec, err))
	}
	if diff := cmp.Diff([]string{"1 a email=x"}, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzWrapped: whatever stands around and between users, each record is numbered, no
// error tells a value, and reading ends.
func FuzzWrapped(f *testing.F) {
	for _, seed := range []string{`{"users":[`, `],"has_more":true}`, "\x1e", "{\n", `{"a":{"b":[{}]`, "[]\n[", `{"x":"\u00`, ","} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		text := before + `{"id":"1","email":"` + marker + `"}` + after
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Format: JSONL, Stdin: strings.NewReader(text)})
		if err != nil {
			silent(t, err)
			return
		}
		count, last := 0, 0
		for rec, err := range in.Records() {
			silent(t, err)
			if err != nil {
				continue
			}
			silent(t, rec.Err)
			if count++; rec.Origin.Record != count || rec.Origin.Line < last || len(rec.Origin.Raw) > frame.MaxRecord {
				t.Fatalf("record %d after line %d: %+v", count, last, rec.Origin)
			}
			last = rec.Origin.Line
		}
	})
}
