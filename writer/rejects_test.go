package writer

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"usersync/sync/user"
)

func rejects(t fatal, w io.Writer, o RejectsOptions) Writer {
	t.Helper()
	r, err := NewRejects(w, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func row4711(raw string, unparsed bool) *user.Outcome {
	return &user.Outcome{
		Record: &user.Record{Origin: user.Origin{Record: 12, Line: 14, Raw: raw, Unparsed: unparsed}},
		Status: user.Invalid, Code: "bad_phone", Detail: "=not a formula",
	}
}

func TestRejects(t *testing.T) {
	const front, head = `invalid,bad_phone,'=not a formula,r1,12,14,`,
		`_usersync_outcome,_usersync_code,_usersync_detail,_usersync_run,_usersync_record,_usersync_line,_usersync_raw`
	const object = `{"_usersync_outcome":"invalid","_usersync_code":"bad_phone","_usersync_detail":"=not a formula","_usersync_run":"r1","_usersync_record":12,"_usersync_line":14`
	users := []string{"id", "name", "ssn"}
	secret := RejectsOptions{Format: FormatCSV, Header: users, SecretColumns: []string{"ssn"}}
	hidden := RejectsOptions{Format: FormatJSONL, SecretColumns: []string{"ssn", "attributes.pin"}}
	named := RejectsOptions{Format: FormatJSONL, Hides: func(column string) (all, inside bool) {
		words := []string{"a.userPassword", "userPassword", "pin", "a.b.pin", "api key", "c.d"}
		return slices.Contains(words, column), column != "sent"
	}}
	kept := secret
	kept.KeepSecrets = true
	for _, c := range []struct {
		name     string
		options  RejectsOptions
		raw      string
		unparsed bool
		want     string
	}{
		{"a row goes back byte for byte", RejectsOptions{Format: FormatCSV, Header: users},
			"=4711, \"a \"\"b\"\"\r\nc\",+1", false,
			head + ",id,name,ssn\n" + front + ",=4711, \"a \"\"b\"\"\r\nc\",+1\n"},
		{"but a carriage return gets quotes, because a spreadsheet would end the row there", RejectsOptions{Format: FormatCSV, Header: users},
			"1,a\rb,\"c\rd\"", false, head + ",id,name,ssn\n" + front + ",1,\"a\rb\",\"c\rd\"\n"},
		{"with its delimiter", RejectsOptions{Format: FormatCSV, Header: []string{"id", "a;b"}, Delimiter: ';'},
			`1;"x;y"`, false,
			strings.ReplaceAll(head, ",", ";") + ";id;\"a;b\"\n" + strings.ReplaceAll(front, ",", ";") + ";1;\"x;y\"\n"},
		{"a row that is none is quoted", RejectsOptions{Format: FormatCSV, Header: users},
			"47\x0011,\"open \xff", true,
			head + ",id,name,ssn\n" + front + "\"47\ufffd11,\"\"open \ufffd\",,,\n"},
		{"and not changed in any other way", RejectsOptions{Format: FormatCSV, Header: users},
			"=1+1", true, head + ",id,name,ssn\n" + front + "=1+1,,,\n"},
		{"a row with too few cells cannot shift the columns", RejectsOptions{Format: FormatCSV, Header: users},
			"1,2", false, head + ",id,name,ssn\n" + front + "\"1,2\",,,\n"},
		{"secrets are masked, an empty one stays empty", secret,
			`1,"a,b",123-45-6789`, false, head + ",id,name,ssn\n" + front + ",1,\"a,b\",***\n"},
		{"an empty secret stays empty", secret, `1,x,`, false, head + ",id,name,ssn\n" + front + ",1,x,\n"},
		{"a quoted secret is masked", secret, `1,x,"12,3"`, false, head + ",id,name,ssn\n" + front + ",1,x,***\n"},
		{"a broken row may hold a secret anywhere", secret,
			`1,"x,123-45-6789`, true, head + ",id,name,ssn\n" + front + "***,,,\n"},
		{"unless secrets are kept", kept, `1,x,123-45-6789`, false, head + ",id,name,ssn\n" + front + ",1,x,123-45-6789\n"},

		{"an object keeps its text", RejectsOptions{Format: FormatJSONL},
			"{ \"id\": 1.10,\n \"x\": \"a\\nb\"}", false, object + `,"id": 1.10,  "x": "a\nb"}` + "\n"},
		{"also an empty one", RejectsOptions{Format: FormatJSONL}, " { } ", false, object + "}\n"},
		{"a line that is no object is quoted", RejectsOptions{Format: FormatJSONL},
			"[1,\"\xff", true, object + `,"_usersync_raw":"[1,\"` + "\ufffd" + `"}` + "\n"},
		{"also if nobody said so", RejectsOptions{Format: FormatJSONL},
			`{"a":1,"a":2}`, false, object + `,"_usersync_raw":"{\"a\":1,\"a\":2}"}` + "\n"},
		{"secret members are masked", hidden,
			`{"id":1,"s\u0073n":"123","attributes":{"pin":1, "x":{}}, "x":[1, 2]}`, false,
			object + `,"id":1,"ssn":"***","attributes":{"pin":"***","x":{}},"x":[1, 2]}` + "\n"},
		{"also where they are not expected", hidden,
			`{"ssn":{"a":1},"attributes":[{"pin":1}]}`, false, object + `,"ssn":"***","attributes":"***"}` + "\n"},
		{"names of secrets are masked where they are not sent", named,
			`{"id":1, "a":{"userPassword":"x","b":[{"pin":1},[{"p\u0069n":2}],3]},"sent":{"pin":1},"api key":"k"}`, false,
			object + `,"id":1,"a":{"userPassword":"***","b":[{"pin":"***"},[{"pin":"***"}],3]},"sent":{"pin":1},"api key":"***"}` + "\n"},
		{"also inside of others alone", named, `{"a":[{"b":{"p\u0069n":1}}], "id" : 7}`, false, object + `,"a":[{"b":{"pin":"***"}}],"id":7}` + "\n"},
		{"also by the keys that lead to them", named, `{"c":{"d":1}, "x" : 2}`, false, object + `,"c":{"d":"***"},"x":2}` + "\n"},
		{"a value is no name", named, `{"x": "pin", "y": ["pin"]}`, false, object + `,"x": "pin", "y": ["pin"]}` + "\n"},
		{"a row without such names keeps its text", named, `{ "id": 1.10,  "x": "secretary"}`, false, object + `,"id": 1.10,  "x": "secretary"}` + "\n"},
		{"a broken line with such a name is masked", named, `{"p\u0069n":"123`, true, object + `,"_usersync_raw":"***"}` + "\n"},
		{"a broken line without one is not", named, `{"x":"123`, true, object + `,"_usersync_raw":"{\"x\":\"123"}` + "\n"},
		{"a line that is broken though nothing said so is quoted", named, `{"x":["\q", 1]}`, false, object + `,"_usersync_raw":"{\"x\":[\"\\q\", 1]}"}` + "\n"},
		{"also one with more than an object", named, `{"x":1} 2`, false, object + `,"_usersync_raw":"{\"x\":1} 2"}` + "\n"},
		{"also one with a key that appears twice", named, `{"x":1,"x":2}`, false, object + `,"_usersync_raw":"{\"x\":1,\"x\":2}"}` + "\n"},
		{"and masked if it has such a name", named, `{"p\u0069n":1,"x":}`, false, object + `,"_usersync_raw":"***"}` + "\n"},
		{"cells of such columns are masked", RejectsOptions{Format: FormatCSV, Header: []string{"id", " pin ", "sent"}, Hides: named.Hides},
			`1,0000,2`, false, head + ",id,\" pin \",sent\n" + front + ",1,***,2\n"},
		{"an object without members stays one", hidden, `{}`, false, object + "}\n"},
		{"also within another", hidden, `{"attributes":{}}`, false, object + `,"attributes":{}}` + "\n"},
		{"empty ones stay empty", hidden, `{"ssn":null}`, false, object + `,"ssn":null}` + "\n"},
		{"a broken line may hold a secret anywhere", hidden, `{"ssn":"123`, true, object + `,"_usersync_raw":"***"}` + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			c.options.Run = "r1"
			if err := rejects(t, &out, c.options).Write(row4711(c.raw, c.unparsed)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyRejectsAreWritten(t *testing.T) {
	for _, format := range []Format{FormatCSV, FormatJSONL} {
		var out bytes.Buffer
		w := rejects(t, &out, RejectsOptions{Format: format, Header: []string{"id"}})
		header := out.String()
		for _, status := range user.Statuses {
			o := row4711("1", false)
			o.Status = status
			before := out.Len()
			if err := w.Write(o); err != nil {
				t.Fatal(err)
			}
			if written := out.Len() > before; written != status.Rejected() {
				t.Errorf("%s: %s written: %v", format, status, written)
			}
		}
		if format == FormatCSV && !strings.HasSuffix(header, ",_usersync_raw,id\n") {
			t.Errorf("no header before the first reject: %q", header)
		}
	}
}

func TestNewRejectsRefuses(t *testing.T) {
	for _, o := range []RejectsOptions{{}, {Format: "xml"}, {Format: FormatCSV, Delimiter: '"'}, {Format: FormatCSV, Delimiter: '\n'}} {
		if _, err := NewRejects(io.Discard, o); err == nil {
			t.Errorf("NewRejects(%+v) is no error", o)
		}
	}
	if _, err := NewRejects(&full{}, RejectsOptions{Format: FormatCSV}); !errors.Is(err, errFull) {
		t.Errorf("on a full disk: %v", err)
	}
}

// Whatever the cells hold, the rejects are a table of the same shape and the input's own cells are
// unchanged.
func TestRejectsAreReadBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]rune{',', ';', '\t', '|', '§'}).Draw(t, "delimiter")
		cells := rapid.SliceOfN(rapid.StringMatching(`[a"=,;\t|§ \n]{0,5}`), 1, 4).Draw(t, "cells")
		hide := rapid.Bool().Draw(t, "hide")
		o := RejectsOptions{Format: FormatCSV, Delimiter: delimiter}
		for i := range cells {
			o.Header = append(o.Header, string(rune('a'+i)))
		}
		if hide {
			o.SecretColumns = []string{"a"}
		}
		var raw, out bytes.Buffer
		in := csv.NewWriter(&raw)
		in.Comma = delimiter
		if err := errors.Join(in.Write(cells), flushed(in)); err != nil {
			t.Fatal(err)
		}
		err := rejects(t, &out, o).Write(row4711(strings.TrimSuffix(raw.String(), "\n"), false))
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(&out)
		r.Comma = delimiter
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if hide && cells[0] != "" {
			cells[0] = user.Mask
		}
		if got := rows[1][7:]; !slices.Equal(got, cells) || UnquoteCell(rows[1][2]) != "=not a formula" {
			t.Fatalf("wrote %q, read %q", cells, rows[1])
		}
	})
}

func flushed(w *csv.Writer) error {
	w.Flush()
	return w.Error()
}

// What a reject takes grows with its length, however deep its keys are. Of what is not sent, the
// part that is too deep to be searched is masked; what is sent is kept.
func TestDeepRejects(t *testing.T) {
	hides := func(name string) (all, inside bool) { return name == "pin", !strings.HasPrefix(name, "sent") }
	for _, brackets := range [][2]string{{`{"` + strings.Repeat("k", 20) + `":`, "}"}, {"[", "]"}} {
		deep := strings.Repeat(brackets[0], 5_000) + `"x"` + strings.Repeat(brackets[1], 5_000)
		raw := `{"pin":"1","sent":` + deep + `,"other":` + deep + "}"
		var out bytes.Buffer
		w := rejects(t, &out, RejectsOptions{Format: FormatJSONL, Hides: hides})
		before := allocated()
		if err := w.Write(row4711(raw, false)); err != nil {
			t.Fatal(err)
		}
		if took := allocated() - before; took > 1000*uint64(len(raw)) {
			t.Errorf("a row of %d bytes takes %d", len(raw), took)
		}
		row := out.String()
		if !json.Valid(out.Bytes()) || !strings.Contains(row, `"pin":"***","sent":`+deep+`,"other":`) || strings.Count(row, `"x"`) != 1 || strings.Count(row, `"***"`) != 2 {
			t.Errorf("%.300s", row)
		}
	}
}

func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// Any bytes give a file that can be read.
func FuzzRejects(f *testing.F) {
	f.Add([]byte(`1,"x`), true)
	f.Add([]byte(`{"a":1}`), false)
	f.Fuzz(func(t *testing.T, raw []byte, unparsed bool) {
		hides := func(name string) (all, inside bool) { return name == "pin", true }
		for _, o := range []RejectsOptions{{Format: FormatJSONL}, {Format: FormatJSONL, SecretColumns: []string{"a"}}, {Format: FormatJSONL, Hides: hides}} {
			var out bytes.Buffer
			if err := rejects(t, &out, o).Write(row4711(string(raw), unparsed)); err != nil {
				t.Fatal(err)
			}
			if !json.Valid(out.Bytes()) || !utf8.Valid(out.Bytes()) || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
				t.Errorf("not a line of JSON: %q", &out)
			}
		}
		var out bytes.Buffer
		o := RejectsOptions{Format: FormatCSV, Header: []string{"id"}}
		if err := rejects(t, &out, o).Write(row4711(string(raw), true)); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 8 {
			t.Errorf("not a table of 8 columns: %q (%v)", rows, err)
		}
	})
}
