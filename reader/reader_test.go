package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// summary is a record or an error in one line: line, id or code, fields.
func summary(rec *user.Record, err error) string {
	if err != nil {
		e, _ := errors.AsType[*InputError](err)
		return fmt.Sprintf("stop %d %s", e.Line, e.Rule)
	}
	if rec.Err != nil {
		e, _ := errors.AsType[*user.InvalidError](rec.Err)
		return strings.TrimSpace(fmt.Sprintf("%d !%s %s", rec.Origin.Line, e.Code, e.Column))
	}
	line := fmt.Sprintf("%d %s", rec.Origin.Line, rec.User.ID)
	for _, a := range rec.User.Attributes {
		line += fmt.Sprintf(" %s=%s%s", a.Field, [...]string{"", "json:", "clear:"}[a.Value.Kind], a.Value.Text)
	}
	return line
}

func read(t *testing.T, o Options, text string) []string {
	t.Helper()
	o.Paths, o.Stdin = []string{"-"}, strings.NewReader(text)
	in, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var got []string
	for rec, err := range in.Records() {
		got = append(got, summary(rec, err))
	}
	return got
}

func TestRecords(t *testing.T) {
	long := strings.Repeat("x", frame.MaxRecord)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"plain":                      {"id,email\n1,a@x\n2,\n", []string{"2 1 email=a@x", "3 2"}},
		"no rows":                    {"id,email\n", nil},
		"CRLF, blank lines":          {"\r\nid;email\r\n\r\n1;a\r\n\r\n2;b", []string{"4 1 email=a", "6 2 email=b"}},
		"quoted newlines":            {"id,name\n1,\"a\nb\"\n2,\"say \"\"hi\"\"\"\n", []string{"2 1 name=a\nb", "4 2 name=say \"hi\""}},
		"alias, open, tabs":          {"userId\tzipCode\textra.k\n 7 \t01234\tv\n", []string{"2 7 zip_code=01234 extra.k=v"}},
		"ragged":                     {"id,email\n1\n2,b,c\n3,d\n", []string{"2 !ragged", "3 !ragged", "4 3 email=d"}},
		"bare quotes":                {"id,email\n1,a\"b\n\"2\"x,b\n3,c\n", []string{"2 !bare_quote email", "3 !bare_quote id", "4 3 email=c"}},
		"NUL, not UTF-8":             {"id,email\n1,\x00\n2,\xff\n3,c\n", []string{"2 !nul", "3 !invalid_utf8", "4 3 email=c"}},
		"too long":                   {"id,email\n1," + long + "\n2,\"" + long + "\n" + long + "\"\n3,c\n", []string{"2 !too_long", "3 !too_long", "5 3 email=c"}},
		"ids":                        {"id,email\n,a\n..,b\n\x01x,c\n\"\",d\né\u0085e,f\né,g\n", []string{"2 !no_id id", "3 !bad_id id", "4 !bad_id id", "5 !no_id id", "6 !bad_id id", "7 é email=g"}},
		"quote never closed":         {"id,email\n1,a\n2,\"b\n3,c\n", []string{"2 1 email=a", "stop 3 the quote that opens on this line is never closed"}},
		"CR alone":                   {"id,email\r1,a\r\r2,\"b\"\r", []string{"2 1 email=a", "4 2 email=b"}},
		"CR CR LF":                   {"id,email\r\r\n1,a\r\r\n\r\r\n\"2\",\"b\"\r\r\n", []string{"2 1 email=a", "4 2 email=b"}},
		"sep":                        {"sep=;\r\nid;email\r\n1;a,b\r\n", []string{"3 1 email=a,b"}},
		"sep, tab":                   {"\"sep=\t\"\nid\temail\n1\ta\n", []string{"3 1 email=a"}},
		"TYPE":                       {"#TYPE Selected.User\n\"id\",\"email\"\n\"1\",\"a\"\n", []string{"3 1 email=a"}},
		"version":                    {"version:v1.0,\nid,email\n1,a\n", []string{"3 1 email=a"}},
		"dashes":                     {"id,email\n--,-----\n1,a\n--,--\n", []string{"3 1 email=a", "4 !null_id id"}},
		"dashes, not all":            {"id,email\n--,\n", []string{"2 !null_id id"}},
		"end-of-file mark":           {"id,email\n1,a\n\x1a", []string{"2 1 email=a"}},
		"end-of-file marks":          {"id,email\n1,\x1a\n2,b\x1a\x1a", []string{"2 1 email=\x1a", "3 2 email=b"}},
		"loose quotes":               {"\"id\", \"email\"\n\"1\", \"a, \"\"b\" \n\"2\" ,c\n\"3\", \"x\"y\n", []string{"2 1 email=a, \"b", "3 2 email=c", "4 !bare_quote email"}},
		"equals and quotes":          {"id,email\n=\"001\",a\n\"=\"\"002\"\"\",=\"b\"\n", []string{"2 001 email=a", "3 002 email=b"}},
		"ends of rows":               {"id|email\n1|a|\n2||\n3|b,c|d|\n", []string{"2 1 email=a", "3 2", "4 !ragged"}},
		"ends, not of all":           {"id,email\n1,a,\n2,b,c\n", []string{"2 !ragged", "3 !ragged"}},
		"ends of all":                {"id,email,\n1,a,\n2,b,\n", []string{"2 1 email=a", "3 2 email=b"}},
		"invisible in the header":    {"\"\ufeffid\",email\u200b,first_name\u00a0\n1,a,b\n", []string{"2 1 email=a first_name=b"}},
		"quoted ends of all":         {"\"id\",\"email\",\"\"\n\"1\",\"a\",\"\"\n\"2\",,\n", []string{"2 1 email=a", "3 2"}},
		"quoted ends":                {"\"id\",\"email\"\n\"1\",\"\",\"\"\n\"2\",\"b\",\"\"\n", []string{"2 1", "3 2 email=b"}},
		"end of the header":          {"id,email,\n1,a\n2,b\n", []string{"2 1 email=a", "3 2 email=b"}},
		"a name with a comma":        {"id,first_name,email\n1,Smith, John,a@x\n2,Doe, Ann,b@x\n", []string{"2 !ragged", "3 !ragged"}},
		"a cell too many":            {"\"id\",\"email\"\n\"1\",\"a@x\",\"Ann\"\n\"2\",\"b@x\",\"Bob\"\n", []string{"2 !ragged", "3 !ragged"}},
		"row names, no quotes":       {"email\tid\n1\ta@x\tu\n2\tb@x\tv\n", []string{"2 u email=a@x", "3 v email=b@x"}},
		"row names of R":             {"\"id\",\"email\"\n\"1\",\"u\",\"a@x\"\n\"2\",\"v\",\"b@x\"\n", []string{"2 u email=a@x", "3 v email=b@x"}},
		"blanks of R":                {"\"id\" \"email\" \"birth_year\"\n\"1\" \"u 1\" \"a@x\" 1990\n\"2\" \"v\" \"b@x\" NA\n", []string{"2 u 1 email=a@x birth_year=1990", "3 v email=b@x birth_year=NA"}},
		"blanks, no row names":       {"\"id\" \"email\"\r\n\"1\" \"a, b\"\r\n2 c\r\n", []string{"2 1 email=a, b", "3 2 email=c"}},
		"dashes of psql":             {" id | email \n----+-------\n  1 | a@x\n  2 |\n", []string{"3 1 email=a@x", "4 2"}},
		"header, other case":         {"id,email\n1,a@x\nID,Email\n2,b@x\n", []string{"2 1 email=a@x", "3 !header_again", "4 2 email=b@x"}},
		"header, other order":        {"id,email,name\n1,a@x,A\nemail,id,\nname,2,b@x\n", []string{"2 1 email=a@x name=A", "3 !header_again", "4 !header_again"}},
		"moved, with labels":         {"id,email,name\n1,a@x,A\nname,email,Full Name\n2,b@x,B\n", []string{"2 1 email=a@x name=A", "3 name email=email name=Full Name", "4 2 email=b@x name=B"}},
		"labels below the names":     {"id,email,name\nid,email,Full Name\n1,a@x,A\n", []string{"2 !header_again", "3 1 email=a@x name=A"}},
		"ids like names of columns":  {"id,email,name\nname,a@x,A\nid,,\nemail,b@x,name\n", []string{"2 name email=a@x name=A", "3 id", "4 email email=b@x name=name"}},
		"delimiter of rows":          {"id;first_name;extra.a, b, c\n1;x;y\n2;x;z\n", []string{"2 1 first_name=x extra.a, b, c=y", "3 2 first_name=x extra.a, b, c=z"}},
		"end mark and newline":       {"id,email\n1,a\n\x1a\r\n", []string{"2 1 email=a"}},
		"end mark inside":            {"id,email\n1,a\n\x1a\n2,b\n", []string{"2 1 email=a", "3 !ragged", "4 2 email=b"}},
		"JSON, commas":               {"{\"id\":\"1\"} ,\n{\"id\":\"2\"}\n , {\"id\":\"3\"},\n,\n", []string{"1 1", "2 2", "3 3", "4 !bad_json"}},
		"JSON, end mark and newline": {"{\"id\":\"1\"}\n\x1a\r\n", []string{"1 1"}},
		"array, end mark":            {"[{\"id\":\"1\"}]\n\x1a\n", []string{"1 1"}},
		"JSON, end mark":             {"{\"id\":\"1\"}\n\x1a", []string{"1 1"}},
		"JSON lines": {`{"id":12345678901234567890,"email":"a","birth_year":1.50,"zip_code":null}` + "\n\n" + `{"id":"2","enrolled_rewards":[ "A" ],"address":{"line_1":"L"},"attributes":{"k":{"x": 1}},"from_api":true}`,
			[]string{"1 12345678901234567890 email=a birth_year=json:1.50", `3 2 enrolled_rewards=json:["A"] address_line_1=L attributes.k=json:{"x":1} from_api=json:true`}},
		"JSON faults": {`{"id":"1"}` + "\n[1]\n{\"id\":\"2\",\"id\":\"3\"}\n{\"id\":\n{\"id\":\"4\",\"emial\":1}\n{\"id\":\"\xff\"}\n{\"id\":\"5\"} {}\n{\"id\":[1]}\n{\"id\":\"a\\u0000\"}\n{\"id\":\"6\",\"address.city\":\"c\",\"address\":{\"city\":\"d\"}}\n{\"id\":\"" + long + "\"}\n{\"id\":\"7\"}",
			[]string{"1 1", "2 !not_object", "3 !duplicate_key id", "4 !bad_json", "5 !unknown_column", "6 !invalid_utf8", "7 !bad_json", "8 !bad_id id", "9 !nul id", "10 !duplicate_key address.city", "11 !too_long", "12 7"}},
		"JSON rejects, fixed": {`{"_usersync_outcome":"invalid","_usersync_raw":"{\"id\":\"1\",\"email\":\"a\"}"}` + "\n" + `{"_usersync_outcome":"invalid","_usersync_raw":"{\"id\":NaN}"}` + "\n", []string{"1 1 email=a", "2 !bad_json"}},
		"JSON booleans":       {"{\"id\":true,\"email\":true}\n{\"id\":false}\n{\"id\":\"true\"}\n{\"id\":1}\n", []string{"1 !bad_id id", "2 !bad_id id", "3 true", "4 1"}},
		"JSON array":          {"[\n {\"id\": \"1\",\n  \"email\":\"a,]\\\"\"},\n {\"id\":\"2\"}, 5\n]\n", []string{"2 1 email=a,]\"", "4 2", "4 !not_object"}},
		"empty JSON array":    {"[ ]\n", nil},
		"array never closed":  {"[{\"id\":\"1\"},\n{\"id\"", []string{"1 1", "stop 2 the JSON array is never closed"}},
		"broken array":        {"[{\"id\":\"1\"},\n{\"id\" \"2\"}]", []string{"1 1", "stop 2 an element of the JSON array is not valid JSON: a comma, a colon or a quote is missing, at byte 20 of the decoded file"}},
		"text behind array":   {"[{\"id\":\"1\"}]\n{}", []string{"1 1", "stop 2 more text follows the JSON array, at byte 14 of the decoded file"}},
		"comma before end":    {"[{\"id\":\"1\"},\n]", []string{"1 1"}},
		"two commas":          {"[{\"id\":\"1\"},\n,{\"id\":\"2\"}]", []string{"1 1", "2 !bad_json", "2 2"}},
		"only a comma":        {"[{\"id\":\"1\"},,]", []string{"1 1", "1 !bad_json"}},
		"comma first":         {"[,{\"id\":\"1\"}]", []string{"1 !bad_json", "1 1"}},
		"no comma":            {"[{\"id\":\"1\"}\n{\"id\":\"2\",\"courses\":[{},{}]} {\"id\":\"3\"}]", []string{"1 1", "2 2 courses=json:[{},{}]", "2 3"}},
		"no comma, no object": {"[{\"id\":\"1\"} 5,{\"id\":\"2\"}]", []string{"stop 1 an element of the JSON array holds more than one JSON value, at byte 14 of the decoded file"}},
		"words of others":     {"[{\"id\":\"1\",\"bio\":NaN},{id:\"2\"},\n{\"id\":003},{\"id\":\"4\",},{\"id\":\"5\",\"bio\":\"a\tb\\x\"},{\"id\":\"6\"}]", []string{"1 !bad_json", "1 !bad_json", "2 !bad_json", "2 !bad_json", "2 !bad_json", "2 6"}},
		"single quotes":       {"[{\"id\":\"1\"},{'id':'2'},{\"id\":\"3\"}]", []string{"1 1", "stop 1 an element of the JSON array is not valid JSON: it has single quotes, at byte 14 of the decoded file"}},
		"comment":             {"[{\"id\":\"1\"},\n{\"id\":\"2\", // it's \"new\"\n},{\"id\":\"3\"}]", []string{"1 1", "stop 2 an element of the JSON array is not valid JSON: it has a comment, at byte 25 of the decoded file"}},
		"quote too many":      {"[{\"id\":\"1\"},\n{\"id\":\"2\",\"bio\":\"5\" tall\", \"city\":\"\"},{\"id\":\"3\"}]", []string{"1 1", "stop 2 the JSON array is never closed: the file ends inside a text of the element that begins on this line, at byte 14 of the decoded file"}},
		"two faults, later": {"[{\"id\":\"1\"},{\"id\":\"2\",\"bio\":\"" + strings.Repeat("x", 3000) + "\",\"a\":NaN},\n{\"id\":\"3\",\"id\":\"4\" 'x'}]",
			[]string{"1 1", "1 !bad_json", "stop 2 an element of the JSON array a key appears twice in the object, at byte 3042 of the decoded file"}},
		"brackets that cross": {"[{\"id\":\"1\"}}", []string{"1 1", "stop 1 a bracket of the JSON array does not match, at byte 12 of the decoded file"}},
		"broken first line":   {"{\n{\"id\":\"1\"}\n", []string{"1 !bad_json", "2 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(t, Options{}, c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	fields := mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "CUST_NO", Line: 3}, {Field: "email", Column: "Emial", Line: 4}}}
	for name, c := range map[string]struct {
		o    Options
		text string
		want string
	}{
		"empty":                       {Options{}, "", "stdin: is empty"},
		"blank":                       {Options{}, "\n\n", "there is no header"},
		"no header":                   {Options{}, "4711,ann@example.com\n", "there is no header"},
		"a user as header":            {Options{}, "id,Nane,Bob Lee,ünï,x9,12-345,ann@example.com,7,b,c\n", "column 6 (named like 99-999) is not a known column; and 4 more"},
		"user as header, mapped":      {Options{Mapping: fields}, "CUST_NO,Emiel\n", `has no column "Emial", the nearest is column 2 (named like Xxxxx)`},
		"user as header, computed":    {Options{Mapping: mapping.Config{Fields: []mapping.Rule{{Field: "id", Column: "Id"}, {Field: "enrolled_rewards", Value: &user.Value{Text: "CARDLINKED"}}}}}, "u1,Nane\n", "none of the mapped columns is in the file: Id"},
		"carriage returns, mixed":     {Options{}, "id,email\r1,a@example.com\r\n2,b\n", "some lines end with a carriage return (CR) alone"},
		"a web page":                  {Options{}, "\n <!DOCTYPE HTML>\n<html>", "is a web page (HTML)"},
		"a web page, no head":         {Options{}, "<!-- saved -->\n<body class=x>Sign in", "is a web page (HTML)"},
		"a web page, XML":             {Options{}, "<?xml version=\"1.0\"?><!DOCTYPE html><html>", "is a web page (HTML)"},
		"a table":                     {Options{}, "<table border=1><tr><td>id", "is a web page (HTML)"},
		"XML":                         {Options{}, "<?xml version=\"1.0\"?><Error><Code>", "is XML"},
		"JSON, named CSV":             {Options{Format: CSV}, "[\n {\"id\":\"1\"}]", "is JSON, and not CSV; write  format: jsonl"},
		"UTF-16":                      {Options{}, "i\x00d\x00\n\x00", "is UTF-16 without a byte order mark; write  charset: utf-16le"},
		"UTF-16 BE, JSON":             {Options{Format: JSONL}, "\x00{\x00\"\x00i", "charset: utf-16be"},
		"UTF-32":                      {Options{}, "\xff\xfe\x00\x00i\x00\x00\x00", "is UTF-32"},
		"another delimiter":           {Options{Mapping: fields, CSV: CSVOptions{Delimiter: ";"}}, "CUST_NO|Emial\n1|a\n", "with another delimiter the line has all columns that are needed; write  delimiter: '|'"},
		"sep is wrong":                {Options{Mapping: fields}, "sep=,\nCUST_NO\x01Emial\n1\x01a\n", `write  delimiter: '\x01'  in the config`},
		"another, header named":       {Options{Mapping: fields, CSV: CSVOptions{Delimiter: ";", HeaderRow: 2}}, "Acme\nCUST_NO\tEmial\n1\ta\n", `--delimiter '\t'`},
		"a pointer of annex":          {Options{}, "/annex/objects/SHA256E-s1--0.csv\n", "git annex get"},
		"a pointer":                   {Options{}, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"},
		"few lines":                   {Options{CSV: CSVOptions{HeaderRow: 4}}, "id\n1\n", "has fewer lines than header_row names"},
		"header further down":         {Options{Mapping: fields}, "All users; 2024\n\nCUST_NO;Emial\n1;a\n", "line 3 has all columns that are needed; if line 3 is the header, write  header_row: 3"},
		"header further down, ours":   {Options{}, "version: one\nid,email\n1,a\n", "line 2 has all columns that are needed"},
		"header below a title":        {Options{}, "Kunden;;\nStand: heute;;\n\nKunden-Nr;E-Mail;Ort\n1;a@example.com;x\n", "column 2 has no name; line 4 looks like the header; if line 4 is the header, write  header_row: 4"},
		"users below a title":         {Options{}, "Kunden;;\nann@example.com;Doe;Ann\nBob;Lee;Roe\n", "column 2 has no name; name it in the header"},
		"mapped twins":                {Options{Mapping: fields}, "CUST_NO,Emial,x,x,Emial\n", `column "Emial" appears twice`},
		"no id":                       {Options{}, "email\na\n", "there is no id column"},
		"twice":                       {Options{}, "id,email,id\n", `column "id" appears twice`},
		"two aliases":                 {Options{}, "id,phone,phoneNumber\n", "is the same field"},
		"unknown":                     {Options{}, "id,emial,zipcode2\n", `column 2 (named like xxxxx) is not a known column, did you mean "email"?; column "zipcode2"`},
		"no name":                     {Options{}, "id,\n", "column 2 has no name"},
		"unterminated":                {Options{}, "id,\"em\n1\n", "stdin:1: the quote that opens"},
		"bare quote":                  {Options{}, "id,e\"m\n1\n", "the header has a quote"},
		"not UTF-8":                   {Options{}, "id,e\xff\n1\n", "name the file's --charset"},
		"mapped, lacking":             {Options{Mapping: fields}, "CUST_NO,Email\n", `config line 4: the file has no column "Emial", the nearest is column "Email"`},
		"mapped, none":                {Options{Mapping: fields}, "4711,ann@example.com\n", "none of the mapped columns is in the file: CUST_NO, Emial"},
		"not accepted":                {Options{Accepts: mapping.Accepts{Name: "kard", Fields: []user.Field{"id", "email"}}}, "id,email,ssn\n", `column "ssn" (ssn) cannot be sent: kard does not take it`},
		"JSON unknown":                {Options{}, `{"id":"1","address":{"planet":"x"}}`, `column 2 (named like xxxxxxx.xxxxxx) is not a known column`},
		"JSON, single quotes":         {Options{Format: JSONL}, "[{'id':'ann@example.com'}]", "stdin:1: the first records are not valid JSON"},
		"JSON, a number that is none": {Options{}, "{\"id\":NaN}\n", "no NaN"},
		"blanks that align names":     {Options{}, "\"id\"  \"email\"\n\"1\"   \"a@x\"\n", "the header has a quote where none is allowed"},
		"blanks between the names":    {Options{Mapping: fields}, "CUST_NO Emial\n1 a@x\n", "with another delimiter the line has all columns that are needed"},
		"rejects, not fixed":          {Options{Format: JSONL}, `{"_usersync_outcome":"invalid","_usersync_raw":"{\"id\":NaN}"}` + "\n", "rejects whose text is still not valid JSON"},
		"JSON none":                   {Options{Format: JSONL}, "hello\n", "the first records are not JSON objects"},
		"JSON, cut in the first":      {Options{Format: JSONL}, "[{\"id\":\"1\"", "stdin:1: the JSON array is never closed"},
		"JSON, cut after the first":   {Options{Format: JSONL}, "[\n{\"id\":\"1\"}\n", "stdin:2: the JSON array is never closed"},
		"JSON, cut in its archive":    {Options{Format: JSONL}, gzipMembers(t, "[{\"id\":\"1")[:20], "stdin:1: the archive is truncated"},
		"JSON, other keys":            {Options{Format: JSONL}, `{"error":"ann@example.com"}`, "none of the keys of the first record is a known column"},
		"reject columns after others": {Options{}, "id,_usersync_outcome\n", "must come before all others"},
		"format":                      {Options{Format: "xml"}, "x", "use csv or jsonl"},
		"delimiter":                   {Options{CSV: CSVOptions{Delimiter: `"`}}, "x", "the delimiter cannot be"},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Paths, c.o.Stdin = []string{"-"}, strings.NewReader(c.text)
			_, err := Open(t.Context(), c.o)
			e, ok := errors.AsType[*InputError](err)
			if !ok || !strings.Contains(e.Error()+"; "+e.Hint, c.want) {
				t.Fatalf("error %v", err)
			}
			if strings.Contains(e.Error(), "ann@") || e.Hint != "" && strings.Contains(e.Error(), e.Hint) {
				t.Errorf("error %#v", err)
			}
		})
	}
}

func stored(t *testing.T, name string, b []byte) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t *testing.T, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSeveralFiles(t *testing.T) {
	a, b := stored(t, "a.csv", []byte("id,email\n1,a\n")), stored(t, "b.csv.gz", gzipped(t, "id,email\n2,b\n"))
	in, err := Open(t.Context(), Options{Paths: []string{a, b}, Op: user.Update})
	if err != nil {
		t.Fatal(err)
	}
	var ordinals []int
	for rec, err := range in.Records() {
		if err != nil || rec.Op != user.Update || rec.Origin.File != []string{a, b}[rec.Origin.Record-1] {
			t.Fatal(rec, err)
		}
		ordinals = append(ordinals, rec.Origin.Record)
	}
	_, n := in.Digest()
	if !slices.Equal(ordinals, []int{1, 2}) || n != 26 {
		t.Errorf("records %v, %d bytes", ordinals, n)
	}
	for _, other := range []string{"id,phone\n1,a\n", "id;email\n1;a\n", "id\n1\n"} {
		_, err := Open(t.Context(), Options{Paths: []string{a, stored(t, "c.csv", []byte(other))}})
		if err == nil || !strings.Contains(err.Error(), "another") && !strings.Contains(err.Error(), "different") && !strings.Contains(err.Error(), "fewer") {
			t.Errorf("%q: %v", other, err)
		}
	}
}

func TestTruncatedArchiveYieldsTheRowsBefore(t *testing.T) {
	packed := gzipped(t, kardCSV(5000))
	path := stored(t, "users.csv.gz", packed[:len(packed)/2])
	in, err := Open(t.Context(), Options{Paths: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	records, batches := 0, 0
	for batch, err := range in.Records().Batches(100) {
		if err != nil {
			e, ok := errors.AsType[*InputError](err)
			if !ok || e.File != path || !strings.Contains(e.Rule, "truncated") || records == 0 || batch != nil {
				t.Fatalf("after %d records: %v", records, err)
			}
			return
		}
		batches++
		records += len(batch)
	}
	t.Fatal("no error")
}

func TestUntilAndBatches(t *testing.T) {
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(kardCSV(250))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var sizes []int
	for batch, err := range in.Records().Until(ctx).Batches(100) {
		if err != nil {
			t.Fatal(err)
		}
		if sizes = append(sizes, len(batch)); len(sizes) == 2 {
			cancel()
		}
	}
	if !slices.Equal(sizes, []int{100, 100}) {
		t.Errorf("batches of %v", sizes)
	}
}

func TestShippedFiles(t *testing.T) {
	crm := mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "CUST_NO"}, {Field: "email", Expr: `lower(row["Email Address"])`},
		{Field: "phone", Expr: `e164(Mobile, "US")`}, {Field: "birth_year", Expr: `date(Born, "DD.MM.YYYY", "YYYY")`}}}
	for name, c := range map[string]struct {
		o             Options
		fit, unfit    int
		header, first string
	}{
		"kard.csv":          {Options{}, 250, 0, "id,email,phone,zip_code", "2 cust-00001"},
		"kard.jsonl":        {Options{}, 250, 0, "id,email,phone,zip_code", "1 cust-00001"},
		"kard-mistakes.csv": {Options{}, 21, 10, "id,email,phone,zip_code", "2 cust-00001"},
		"crm.csv":           {Options{Mapping: crm}, 40, 0, "CUST_NO,Email Address,Mobile", "2 C0001"},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Paths = []string{filepath.Join("..", "testdata", "users", name)}
			in, err := Open(t.Context(), c.o)
			if err != nil {
				t.Fatal(err)
			}
			fit, unfit := 0, 0
			for rec, err := range in.Records() {
				if line := summary(rec, err); rec.Origin.Record == 1 && !strings.HasPrefix(line, c.first) {
					t.Error(line)
				}
				if rec.Err != nil {
					unfit++
				} else {
					fit++
				}
			}
			if fit != c.fit || unfit != c.unfit || !strings.HasPrefix(strings.Join(in.Layout().Header, ","), c.header) {
				t.Errorf("%d fit, %d unfit, header %v", fit, unfit, in.Layout().Header)
			}
		})
	}
}

func TestNamesAreOneFieldEach(t *testing.T) {
	count := 0
	for f := range reflect.TypeFor[Row]().Fields() {
		count += len(strings.Split(f.Tag.Get("csv"), ","))
	}
	if names := Names(); len(names) != count || names["phoneNumber"] != user.Phone {
		t.Errorf("%d names of %d are known once", len(names), count)
	}
}

// TestCellsKeepTheirColumns: however many columns are read or skipped.
func TestCellsKeepTheirColumns(t *testing.T) {
	for columns := range 40 {
		header, row, want := "id", "1", "2 1"
		for i := range columns {
			header += fmt.Sprintf(",extra.c%d,skipped%d", i, i)
			row += fmt.Sprintf(",v%d,x", i)
			want += fmt.Sprintf(" extra.c%d=v%d", i, i)
		}
		o := Options{Mapping: mapping.Config{}}
		for i := range columns {
			o.Mapping.Ignore = append(o.Mapping.Ignore, fmt.Sprintf("skipped%d", i))
		}
		if diff := cmp.Diff([]string{want}, read(t, o, header+"\n"+row+"\n")); diff != "" {
			t.Error(diff)
		}
	}
}
