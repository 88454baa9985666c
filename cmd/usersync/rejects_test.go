package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"usersync/reader"
	"usersync/sync/user"
	"usersync/writer"
)

// rerunRejects reads text and returns the rejects of its invalid rows, without the
// cells that differ from run to run.
func rerunRejects(t *testing.T, format, text string) string {
	t.Helper()
	in, err := reader.Open(t.Context(), reader.Options{Paths: []string{"-"}, Stdin: strings.NewReader(text), Format: format})
	if err != nil {
		t.Fatal(err)
	}
	layout := in.Layout()
	var out bytes.Buffer
	w, err := writer.NewRejects(&out, writer.RejectsOptions{Format: writer.Format(format), Delimiter: layout.Delimiter,
		Header: layout.Header, SecretColumns: layout.SecretColumns, Hides: layout.Hides, Run: "run"})
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range in.Records() {
		invalid, ok := errors.AsType[*user.InvalidError](r.Err)
		if err != nil || !ok {
			t.Fatalf("line %d: %v %v", r.Origin.Line, err, r.Err)
		}
		r.Origin.Record, r.Origin.Line = 1, 1
		if err := w.Write(&user.Outcome{Record: r, Status: user.Invalid, Code: invalid.Code, Detail: invalid.Error()}); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// TestRejectsDoNotNest runs rejects again without fixing them: they stay the same.
func TestRejectsDoNotNest(t *testing.T) {
	for format, text := range map[string]string{
		reader.CSV: "id,email,name\n1,a\n2,a\"b,c\n\"3\"x,b,\n,a@x,\"say \"\"hi\"\", twice\"\n4,a,b,c\n\"5\",\"a\nb\"\n..,a,b\n",
		reader.JSONL: `{"id":"1","email":"a","email":"b"}` + "\n[1]\n{\"id\":\n" + `{"email":"a"}` + "\n" +
			`{"id":"2","emial":"a"}` + "\n" + `{"id":"3"} {}` + "\n",
	} {
		if format == reader.JSONL {
			text = `{"id":"..","email":"c"}` + "\n" + text
		}
		first := rerunRejects(t, format, text)
		if second := rerunRejects(t, format, first); second != first {
			t.Errorf("%s:\n%s\nas an input:\n%s", format, first, second)
		}
	}
}
