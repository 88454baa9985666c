package writer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"usersync/sync/user"
)

var noPlaces = cmpopts.IgnoreTypes(Place{})

func readBack(o user.Outcome, text func(string) string) Result {
	return Result{Settled: user.Settled{
		Record: o.Record.Origin.Record, File: text(o.Record.Origin.File), Line: o.Record.Origin.Line,
		ID: text(o.Record.User.ID), Remote: text(o.Remote), Action: o.Action, Status: o.Status, HTTP: o.HTTP,
		Code: text(o.Code), Detail: text(o.Detail), Attempts: o.Attempts, Took: o.Took.Truncate(time.Millisecond),
		At: o.At, RequestID: text(o.RequestID),
	}}
}

func resultsOf(t fatal, f Format, outcomes []user.Outcome) []byte {
	t.Helper()
	var out bytes.Buffer
	w := mustResults(t, &out, f)
	for _, o := range outcomes {
		if err := w.Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func TestResultsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outcomes := rapid.SliceOfN(rapid.Custom(anyOutcome), 0, 5).Draw(t, "outcomes")
		for f, text := range map[Format]func(string) string{FormatCSV: asIs, FormatJSONL: asJSON} {
			file := resultsOf(t, f, outcomes)
			var want, got []Result
			for _, o := range outcomes {
				want = append(want, readBack(o, text))
			}
			end := int64(len(file))
			for r, err := range ReadResults(iotest.OneByteReader(bytes.NewReader(file)), "results", f) {
				if err != nil {
					t.Fatalf("%s: %v\n%s", f, err, file)
				}
				got, end = append(got, r), r.End
			}
			if diff := cmp.Diff(want, got, noPlaces); diff != "" || end != int64(len(file)) {
				t.Fatalf("%s ends at %d of %d (-written +read):\n%s", f, end, len(file), diff)
			}
		}
	})
}

// Any changed byte is found, or is what another outcome would be written as.
func TestChangedByteIsFound(t *testing.T) {
	second := example
	second.Record = &user.Record{Origin: user.Origin{Record: 1234568, File: "a, b", Line: 3}, User: user.User{ID: "=1"}}
	for _, f := range []Format{FormatCSV, FormatJSONL} {
		file := resultsOf(t, f, []user.Outcome{example, second})
		for at := range file {
			for _, c := range []byte{'x', '0', '"', ',', '\n', ' ', 0, 0xff} {
				changed := bytes.Clone(file)
				changed[at] = c
				if bytes.Equal(changed, file) {
					continue
				}
				if again, ok := rewritten(t, f, changed); ok && !bytes.Equal(again, changed) {
					t.Fatalf("%s: byte %d as %q reads as %q", f, at, c, again)
				}
			}
		}
	}
}

// rewritten writes again what it reads; false if there was an error.
func rewritten(t fatal, f Format, file []byte) ([]byte, bool) {
	var outcomes []user.Outcome
	for r, err := range ReadResults(bytes.NewReader(file), "results", f) {
		if err != nil {
			return nil, false
		}
		record := &user.Record{Origin: user.Origin{Record: r.Record, File: r.File, Line: r.Line}, User: user.User{ID: r.ID}}
		o, _ := r.For(record)
		outcomes = append(outcomes, o)
	}
	return resultsOf(t, f, outcomes), true
}

func FuzzReadResults(f *testing.F) {
	f.Add(resultsOf(f, FormatCSV, []user.Outcome{example}), true)
	f.Add(resultsOf(f, FormatJSONL, []user.Outcome{example}), false)
	f.Fuzz(func(t *testing.T, file []byte, isCSV bool) {
		format := FormatJSONL
		if isCSV {
			format = FormatCSV
		}
		if again, ok := rewritten(t, format, file); ok && len(file) > 0 && !bytes.Equal(again, file) {
			t.Errorf("%q reads as %q", file, again)
		}
		for _, err := range ReadRejects(bytes.NewReader(file), "rejects", format) {
			if err != nil && !errors.As(err, new(*LineError)) {
				t.Errorf("error %v", err)
			}
		}
	})
}

func TestReadingContinuesAfterABadLine(t *testing.T) {
	file := string(resultsOf(t, FormatCSV, []user.Outcome{example, example, example}))
	lines := strings.SplitAfter(file, "\n")
	for _, c := range []struct {
		name, file string
		wrong      []string // of each row: the error, or nothing
	}{
		{"a header that is none", "record\n" + lines[1], []string{"f, line 1: is not the header", ""}},
		{"a bad line", lines[0] + "x\n" + lines[1], []string{"f, line 2: is not a result", ""}},
		{"a line without its end", lines[0] + lines[1] + lines[2][:9], []string{"", "f, line 3: is truncated"}},
		{"an outcome that is none", lines[0] + strings.Replace(lines[1], ",created,", ",_exists,", 1), []string{"line 2: its outcome"}},
		{"a formula", lines[0] + strings.Replace(lines[1], "CUST", "=CUST", 1), []string{"line 2: is not a result"}},
		{"an empty line", lines[0] + "\n" + lines[1], []string{"line 2", ""}},
		{"a carriage return", lines[0] + strings.Replace(lines[1], "\n", "\r\n", 1), []string{"line 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := 0
			for r, err := range ReadResults(strings.NewReader(c.file), "f", FormatCSV) {
				if i >= len(c.wrong) || (c.wrong[i] == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.wrong[i]) {
					t.Fatalf("row %d: %v, want %q", i, err, c.wrong)
				}
				if err != nil && (strings.Contains(err.Error(), "CUST") || r.ID != "") {
					t.Errorf("a value got through: %v, %+v", err, r)
				}
				i++
			}
			if i != len(c.wrong) {
				t.Errorf("%d rows, want %d", i, len(c.wrong))
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A file that usersync did not write may have no line ends at all.
func TestRowTooLong(t *testing.T) {
	for _, err := range ReadRejects(zeros{}, "f", FormatJSONL) {
		if e, ok := errors.AsType[*LineError](err); !ok || e.Rule != ruleLong {
			t.Errorf("error %v", err)
		}
	}
}

func TestReadErrorIsLast(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(resultsHeader), iotest.ErrReader(errFull))
	n := 0
	for _, err := range ReadResults(broken, "f", FormatCSV) {
		if n++; !errors.Is(err, errFull) {
			t.Errorf("error %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestRejectsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := RejectsOptions{Format: FormatCSV, Header: []string{"id", "a\n\"b"}, Run: anyText.Draw(t, "run"),
			Delimiter: rapid.SampledFrom([]rune{0, ',', ';', '\t', '|', '§'}).Draw(t, "delimiter"), Files: rapid.Bool().Draw(t, "files")}
		asText := asIs
		if rapid.Bool().Draw(t, "jsonl") {
			o.Format, asText = FormatJSONL, asJSON
		}
		var want, got []Reject
		var out bytes.Buffer
		w := rejects(t, &out, o)
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			x := anyOutcome(t)
			x.Record.Origin.Raw, x.Record.Origin.Unparsed = rapid.StringMatching(`[ab"\n ,{}:]{0,9}`).Draw(t, "raw"), true
			if err := w.Write(&x); err != nil {
				t.Fatal(err)
			}
			if !x.Status.Rejected() {
				continue
			}
			r := Reject{Run: asText(o.Run), Raw: x.Record.Origin.Raw, Settled: user.Settled{
				Status: x.Status, Code: asText(x.Code), Detail: asText(x.Detail), Record: x.Record.Origin.Record, Line: x.Record.Origin.Line}}
			if o.Files {
				r.File = asText(x.Record.Origin.File)
			}
			if o.Format == FormatCSV {
				r.Text = string(w.(*rejectsCSV).format.next(nil))
			}
			want = append(want, r)
		}
		for r, err := range ReadRejects(bytes.NewReader(out.Bytes()), "f", o.Format) {
			if err != nil {
				t.Fatalf("%v\n%s", err, &out)
			}
			if o.Format == FormatJSONL && r.Raw == "" {
				r.Text = "" // an empty raw text leaves nothing
			}
			got = append(got, r)
		}
		if diff := cmp.Diff(want, got, noPlaces); diff != "" {
			t.Fatalf("(-written +read):\n%s\n%s", diff, &out)
		}
	})
}

func TestRejectedRowsAreReadBack(t *testing.T) {
	for _, c := range []struct {
		format Format
		raw    string
	}{{FormatCSV, "1,\"x\ny\",\"a \"\"b\"\"\""}, {FormatJSONL, `"id": 1.10, "x":"}"`}} {
		var out bytes.Buffer
		w := rejects(t, &out, RejectsOptions{Format: c.format, Header: []string{"id", "a", "b"}, Run: "r1"})
		raw := c.raw
		if c.format == FormatJSONL {
			raw = "{" + raw + "}"
		}
		if err := errors.Join(w.Write(row4711(raw, false)), w.Write(row4711(raw, false))); err != nil {
			t.Fatal(err)
		}
		n := 0
		for r, err := range ReadRejects(&out, "f", c.format) {
			if n++; err != nil || r.Text != c.raw || r.Raw != "" || r.Detail != "=not a formula" || r.Run != "r1" || r.Record != 12 {
				t.Errorf("%+v, %v", r, err)
			}
		}
		if n != 2 {
			t.Errorf("%s: %d rejects, want 2", c.format, n)
		}
	}
}

// Only rejects of several inputs have a column for the file of a row.
func TestRejectsNameFiles(t *testing.T) {
	for _, files := range []bool{false, true} {
		var out bytes.Buffer
		rejects(t, &out, RejectsOptions{Format: FormatCSV, Header: []string{"id"}, Files: files})
		if got, err := RejectsNameFiles(&out); got != files || err != nil {
			t.Errorf("%t, %v; want %t", got, err, files)
		}
	}
	for _, other := range []string{"", "id\n", "_usersync_outcome,id\n"} {
		if got, err := RejectsNameFiles(strings.NewReader(other)); got || err != nil {
			t.Errorf("%q: %t, %v", other, got, err)
		}
	}
}

func BenchmarkReadResults(b *testing.B) {
	for _, f := range []Format{FormatCSV, FormatJSONL} {
		b.Run(string(f), func(b *testing.B) {
			line := resultsOf(b, f, []user.Outcome{example})
			head := bytes.IndexByte(line, '\n') + 1
			if f == FormatJSONL {
				head = 0
			}
			file := append(line[:head:head], bytes.Repeat(line[head:], 10_000)...)
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range ReadResults(bytes.NewReader(file), "f", f) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(10_000*b.N), "ns/line")
		})
	}
}
