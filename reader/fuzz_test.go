package reader

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"usersync/reader/damage"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// TestWrittenRowsAreReadBack: what encoding/csv writes is read back unchanged, with its line
// numbers.
func TestWrittenRowsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]rune{',', ';', '\t', '|', '→'}).Draw(t, "delimiter")
		cell := rapid.StringOfN(rapid.RuneFrom([]rune("ab \"\n,;é|→")), 0, 12, -1)
		names := rapid.SliceOf(cell).Draw(t, "cells")
		var text strings.Builder
		w := csv.NewWriter(&text)
		w.Comma = delimiter
		rows := [][]string{{"id", "name", "extra.k"}}
		for i, name := range names {
			rows = append(rows, []string{"u" + string(rune('a'+i%26)), name, "x" + name})
		}
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text.String()), CSV: CSVOptions{Delimiter: string(delimiter)}, Mapping: mapping.Config{KeepBlanks: true}})
		if err != nil {
			t.Fatal(err)
		}
		plain := csv.NewReader(strings.NewReader(text.String()))
		plain.Comma = delimiter
		mustRead(t, plain)
		for rec, err := range in.Records() {
			want := mustRead(t, plain)
			line, _ := plain.FieldPos(0)
			name, _ := rec.User.Value(user.Name)
			k, _ := rec.User.Value("extra.k")
			if err != nil || rec.Err != nil || !slices.Equal(want, []string{rec.User.ID, name.Text, k.Text}) || rec.Origin.Line != line {
				t.Fatalf("line %d %v, want line %d %q", rec.Origin.Line, rec.User.Attributes, line, want)
			}
		}
		if _, err := plain.Read(); err != io.EOF {
			t.Fatal("rows are missing")
		}
	})
}

func mustRead(t *rapid.T, r *csv.Reader) []string {
	row, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	return row
}

const marker = "Zq7Marker"

// FuzzCSV compares the frame with encoding/csv: same rows, same lines, same errors. Every
// letter a is a marker that no error may contain.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"1,a\n2,\"b\nc\"\n", "1,a\"b\n3,c", "\"1\"x,b\r\n\r\n2,b\r", "1,\"b", "1\r\r\n2,\"\"\"\"\r\n", "1,a,b\n\"1\"\r\r\n,", "\"1\", \"a\"\n=\"2\",b", "1,a,\n2,b,", "--,--\n1,a", "1,a\n\x1a", `, ""`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rows string) {
		rows = strings.ReplaceAll(rows, "a", marker)
		if strings.Contains(rows, "\uFEFF") || strings.Contains(rows, "\u00ef\u00bb\u00bf") || strings.Contains(rows, "id") {
			return // byte order marks and copies of the header are passed over
		}
		readSilently(t, "_usersync_outcome,_usersync_raw,id,email\n"+rows)
		readSilently(t, "_usersync_raw,id,email\n\""+strings.ReplaceAll(rows, `"`, `""`)+"\",,\n")
		for strings.Contains(rows, "\r\r") {
			rows = strings.ReplaceAll(rows, "\r\r", "\r") // encoding/csv takes all but the last for text
		}
		text := "id,email\n0,0\n" + strings.TrimRight(rows, "\x1a") // the first row decides about the layout
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text), CSV: CSVOptions{Delimiter: ","}, Mapping: mapping.Config{KeepBlanks: true}})
		if err != nil {
			t.Fatal(err)
		}
		plain := csv.NewReader(strings.NewReader(text))
		if _, err := plain.Read(); err != nil {
			t.Fatal(err)
		}
		count := 0
		for rec, err := range in.Records() {
			cells, want := plain.Read()
			silent(t, err)
			if err != nil {
				if !errors.Is(want, csv.ErrQuote) {
					t.Fatalf("%v, but encoding/csv has %v", err, want)
				}
				return
			}
			if count++; rec.Origin.Record != count {
				t.Fatalf("record %d is numbered %d", count, rec.Origin.Record)
			}
			silent(t, rec.Err)
			if e, ok := errors.AsType[*user.InvalidError](rec.Err); ok && e.Code == damage.CodeInBrokenQuote {
				return // encoding/csv reads the lines inside as rows
			}
			if loose := errors.Is(want, csv.ErrQuote) || errors.Is(want, csv.ErrBareQuote); loose && codeOf(rec) != "bare_quote" {
				if strings.Contains(rec.Origin.Raw, "\n") && rec.Err != nil {
					return // lines in a broken quote, with another fault that comes first
				}
				checkLoose(t, rec)
				continue
			}
			compareRow(t, rec, cells, want, plain)
		}
		if row, err := plain.Read(); err != io.EOF {
			t.Fatalf("encoding/csv has another row: %q %v", row, err)
		}
	})
}

// readSilently reads a rejects file. No error may contain a value, and no raw row that could
// be parsed may have usersync's columns.
func readSilently(t *testing.T, text string) {
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text), Format: CSV, CSV: CSVOptions{Delimiter: ","}})
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range in.Records() {
		silent(t, err)
		if err != nil {
			return
		}
		silent(t, rec.Err)
		raw := csv.NewReader(strings.NewReader(rec.Origin.Raw))
		blanks := strings.Contains(rec.Origin.Raw, ` "`) || strings.Contains(rec.Origin.Raw, `" `)
		raw.TrimLeadingSpace, raw.LazyQuotes = blanks, blanks // such quotes are read as if the blanks were not there
		if cells, err := raw.Read(); !rec.Origin.Unparsed && (err != nil || len(cells) != 2) {
			t.Fatalf("raw is %q: %v", rec.Origin.Raw, err)
		}
	}
}

// checkLoose checks a row that encoding/csv refuses: without the blanks and equals signs
// around its quotes, encoding/csv reads it as we do.
func checkLoose(t *testing.T, rec *user.Record) {
	cells, err := csv.NewReader(strings.NewReader(rec.Origin.Raw)).Read()
	code := codeOf(rec)
	if code == "nul" || code == "invalid_utf8" {
		return
	}
	if err != nil || (len(cells) != 2) != (code == "ragged") {
		t.Fatalf("raw is %q: %v", rec.Origin.Raw, err)
	}
}

func codeOf(rec *user.Record) string {
	if e, ok := errors.AsType[*user.InvalidError](rec.Err); ok {
		return e.Code
	}
	return ""
}

func compareRow(t *testing.T, rec *user.Record, cells []string, want error, plain *csv.Reader) {
	code := codeOf(rec)
	line := 0
	if e, ok := errors.AsType[*csv.ParseError](want); ok {
		line = e.StartLine
	} else {
		line, _ = plain.FieldPos(0)
	}
	if rec.Origin.Line != line {
		t.Fatalf("line %d, want %d", rec.Origin.Line, line)
	}
	switch {
	case code == "nul" || code == "invalid_utf8":
	case errors.Is(want, csv.ErrFieldCount) != (code == "ragged"), (errors.Is(want, csv.ErrQuote) || errors.Is(want, csv.ErrBareQuote)) != (code == "bare_quote"):
		t.Fatalf("code %q, encoding/csv says %v", code, want)
	case code == "":
		email, _ := rec.User.Value(user.Email)
		want := make([]user.Value, len(cells))
		for i, cell := range cells {
			want[i].Text = cell
		}
		plainText(want, func(int) bool { return false })
		cells = []string{want[0].Text, want[1].Text}
		if rec.User.ID != strings.TrimSpace(cells[0]) || email.Text != cells[1] {
			t.Fatalf("%q %q, want %q", rec.User.ID, email.Text, cells)
		}
	}
}

// silent fails if an error shows what a cell holds.
func silent(t *testing.T, err error) {
	if err != nil && strings.Contains(err.Error(), marker) {
		t.Fatalf("the error tells a value: %v", err)
	}
}

func FuzzJSONL(f *testing.F) {
	for _, seed := range []string{`{"id":"1","email":"` + marker + `"}`, "[{\"id\":1},\n{\"id\":2}]", `{"id":"1","id":"` + marker + `"}`, `{"id":"` + marker + `"`,
		`{"address":{"city":"x"},"id":1e400}`, `{"id":"\ud800"}`, "[5,{}]", `{"_usersync_raw":"{\"id\":1}","id":2}`} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, head, tail string) {
		first := `{"id":"0","email":"e","extra":{"a":1}}`
		if strings.HasPrefix(strings.TrimSpace(head), "[") {
			first = "[" + first + ","
			head = strings.TrimPrefix(strings.TrimSpace(head), "[")
		}
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Format: JSONL, Stdin: strings.NewReader(first + "\n" + head + "\n" + tail)})
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for rec, err := range in.Records() {
			if err != nil {
				silent(t, err)
				continue
			}
			silent(t, rec.Err)
			if count++; rec.Origin.Record != count || rec.Err == nil && rec.User.ID == "" {
				t.Fatalf("record %d: %+v", count, rec.Origin)
			}
		}
		if count == 0 {
			t.Fatal("the first record is lost")
		}
	})
}

// FuzzMapping maps rows of any text through every kind of rule.
func FuzzMapping(f *testing.F) {
	f.Add("1", "a@b.c", "+14155550123", "01.02.1990", `lower(mail)`)
	f.Add(" 2 ", marker, marker, marker, `split(row["mail"], "@")[1]`)
	f.Add("0", "a@b.c", "+14155550123", "01.02.1990", "") // a rule that makes nothing
	f.Add("3", "", "", "", `let x = phone; x == "" ? nil : int(x)`)
	f.Fuzz(func(t *testing.T, id, mail, phone, born, expression string) {
		o := Options{Paths: []string{"-"}, Format: CSV, CSV: CSVOptions{Delimiter: ","}}
		for field, e := range map[user.Field]string{"phone": `e164(phone, "US")`, "dob": `date(born, "DD.MM.YYYY", "YYYY-MM-DD")`,
			"hashed_email": `hashed_email(mail)`, "ssn": `digits(phone)`, "extra.x": expression, "state": `e164(phone, mail)`} {
			o.Mapping.Fields = append(o.Mapping.Fields, mapping.Rule{Field: field, Expr: e, Line: 1})
		}
		o.Mapping.Fields = append(o.Mapping.Fields, mapping.Rule{Field: "id", Column: "key"}, mapping.Rule{Field: "email", Column: "mail", Clear: true})
		var text strings.Builder
		w := csv.NewWriter(&text)
		if err := w.WriteAll([][]string{{"key", "mail", "phone", "born"}, {id, mail, phone, born}, {id, marker, marker, marker}, {marker, "", "", ""}}); err != nil {
			t.Fatal(err)
		}
		o.Stdin = strings.NewReader(text.String())
		in, err := Open(t.Context(), o)
		if err != nil {
			return // the expression does not compile
		}
		count := 0
		for rec, err := range in.Records() {
			if err != nil {
				t.Fatal("a well-formed file breaks off")
			}
			if count++; rec.Origin.Record != count {
				t.Fatalf("record %d is numbered %d", count, rec.Origin.Record)
			}
			if !strings.Contains(expression, marker) {
				silent(t, rec.Err)
			}
		}
		if count != 3 {
			t.Fatalf("%d records of 3", count)
		}
	})
}
