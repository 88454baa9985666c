package reader

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/proof"
)

// TestCutAtAnyByte: a file that lost a byte is never proved complete, unless all it lost was
// white space after a text that shows its own end.
func TestTruncatedAtAnyByte(t *testing.T) {
	trailed := threeRows + "END,3\n"
	oneMember, oneFrame := string(gzipped(t, threeRows)), zstandard(t, nil, threeRows)
	for name, c := range map[string]struct {
		file, text string
		o          Options
		want       proof.Kind
		ownEnd     bool
	}{
		"CSV, nothing expected":   {"u.csv", threeRows, Options{}, proof.Unproven, false},
		"CSV, a number":           {"u.csv", threeRows, Options{Expect: Expected{Records: 3}}, proof.ByExpectRecords, false},
		"CSV with CR LF":          {"u.csv", strings.ReplaceAll(threeRows, "\n", "\r\n"), Options{Expect: Expected{Records: 3}}, proof.ByExpectRecords, false},
		"CSV, a hash":             {"u.csv", threeRows, Options{Expect: Expected{SHA256: hashOf(threeRows)}}, proof.ByExpectSHA256, false},
		"CSV, a hash and blanks":  {"u.csv", threeRows + "\n\n", Options{Expect: Expected{SHA256: hashOf(threeRows + "\n\n")}}, proof.ByExpectSHA256, false},
		"CSV, a trailer":          {"u.csv", trailed, Options{CSV: CSVOptions{Trailer: "END"}}, proof.ByTrailer, true},
		"CSV, a quoted trailer":   {"u.csv", threeRows + "\"END\",\"3\"\n", Options{CSV: CSVOptions{Trailer: "END"}}, proof.ByTrailer, true},
		"gzip, a trailer":         {"u.csv.gz", string(gzipped(t, trailed)), Options{CSV: CSVOptions{Trailer: "END"}}, proof.ByTrailer, false},
		"gzip":                    {"u.csv.gz", oneMember, Options{}, proof.ByGzip, false},
		"two gzip members":        {"u.csv.gz", gzipMembers(t, threeRows, "4,d\n"), Options{}, proof.Unproven, false},
		"zstd":                    {"u.csv.zst", oneFrame, Options{}, proof.ByZstd, false},
		"zstd of several blocks":  {"u.csv.zst", zstandard(t, nil, threeRows+strings.Repeat("4,dd\n", 30_000)), Options{}, proof.ByZstd, false},
		"two zstd frames":         {"u.csv.zst", zstandard(t, nil, threeRows, "4,d\n"), Options{}, proof.Unproven, false},
		"JSON Lines":              {"u.jsonl", threeLines, Options{}, proof.Unproven, false},
		"JSON Lines, a number":    {"u.jsonl", threeLines, Options{Expect: Expected{Records: 3}}, proof.ByExpectRecords, true},
		"a JSON array":            {"u.json", threeArray + " \n", Options{}, proof.ByJSONArray, true},
		"a JSON array, a number":  {"u.json", threeArray, Options{Expect: Expected{Records: 3}}, proof.ByExpectRecords, true},
		"a packed JSON array":     {"u.json.gz", string(gzipped(t, threeArray)), Options{}, proof.ByJSONArray, false},
		"CSV in UTF-16, a number": {"u.csv", utf16le(threeRows), Options{Expect: Expected{Records: 3}}, proof.ByExpectRecords, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := stored(t, c.file, []byte(c.text))
			c.o.Paths = []string{path}
			if proofs, _, err := proved(t, c.o); err != nil || proofs[0].By != c.want {
				t.Fatalf("whole: %v, %v; want %q", proofs, err, c.want)
			}
			for n := range len(c.text) {
				if err := os.WriteFile(path, []byte(c.text[:n]), 0o600); err != nil {
					t.Fatal(err)
				}
				whole := c.ownEnd && strings.TrimSpace(c.text[n:]) == ""
				if whole || c.text[:n] == oneMember || c.text[:n] == oneFrame {
					continue // after its first part it looks like a file that never had more
				}
				refuseProof(t, c.o, n)
			}
		})
	}
}

func refuseProof(t *testing.T, o Options, n int) {
	t.Helper()
	proofs, _, err := proved(t, o)
	for _, p := range proofs {
		if p.By != proof.Unproven {
			t.Errorf("cut at byte %d: proved by %s, error %v", n, p.By, err)
		}
	}
}

func utf16le(text string) string {
	var b strings.Builder
	for _, r := range "\uFEFF" + text {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

// TestCutBesideItsSidecar: the sidecar was written for the complete file.
func TestTruncatedWithSidecar(t *testing.T) {
	path := stored(t, "u.csv", []byte(threeRows))
	if err := os.WriteFile(path+proof.SidecarSuffix, []byte(hashOf(threeRows)+"  u.csv\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Paths: []string{path}, Expect: Expected{Sidecar: true}}
	if proofs, _, err := proved(t, o); err != nil || proofs[0].By != proof.BySidecar {
		t.Fatalf("whole: %v, %v", proofs, err)
	}
	for n := range len(threeRows) {
		if err := os.WriteFile(path, []byte(threeRows[:n]), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := proved(t, o); err == nil {
			t.Errorf("cut at byte %d: no error", n)
		}
	}
}

func TestTrailer(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"in the second cell":       {"id,email\n1,a\nEND,1\n", ""},
		"in another cell":          {"id,email\n1,a\nEND,2026-11-24,\" 01 \",x\n", ""},
		"of no record":             {"id,email\nEND,0\n", ""},
		"blank lines behind":       {"id,email\n1,a\nEND,1\n\r\n\n", ""},
		"an unfit row counts":      {"id,email\n1\n2,\"x\"y\nEND,2", ""},
		"none":                     {"id,email\n1,a\n", "u.csv:2: the file ends without its trailer; records found: 1"},
		"another word":             {"id,email\n1,a\nEND.,1\n", "u.csv:3: the file ends without its trailer; records found: 2"},
		"another letter case":      {"id,email\n1,a\nend,1\n", "u.csv:3: the file ends without its trailer; records found: 2"},
		"a space before it":        {"id,email\n1,a\n END,1\n", "u.csv:3: the file ends without its trailer; records found: 2"},
		"another number":           {"id,email,name\n1,a,\nEND,7\n", "u.csv:3: in the trailer, records expected: 7; records found: 1"},
		"no number":                {"id,email\n1,a\nEND\n", "u.csv:3: no cell of the trailer holds the number of records; records found: 1"},
		"several numbers":          {"id,email,name\n1,a,\nEND,7,8,9\n", "u.csv:3: no cell of the trailer holds the number of records; records found: 1"},
		"perhaps a user":           {"id,phone\n1,a\nEND,4155550123\n", "u.csv:3: no cell of the trailer holds the number of records; records found: 1"},
		"a row after it":           {"id,email\n1,a\nEND,1\n2,b\n", "u.csv:4: a row follows the trailer, which must be last"},
		"another trailer after it": {"id,email\n1,a\nEND,1\nEND,1\n", "u.csv:4: a row follows the trailer, which must be last"},
		"a long row after it":      {"id,email\n1,a\nEND,1\n" + strings.Repeat("x", frame.MaxRecord+9), "u.csv:4: a row follows the trailer, which must be last"},
	} {
		t.Run(name, func(t *testing.T) {
			proofs, _, err := proved(t, Options{Paths: []string{stored(t, "u.csv", []byte(c.text))}, CSV: CSVOptions{Trailer: "END"}})
			got := ""
			if err != nil {
				got = err.Error()
				got = got[strings.LastIndex(got, "/")+1:]
			}
			if got != c.want || (proofs[0].By == proof.ByTrailer) != (c.want == "") {
				t.Errorf("got %q, proofs %v, want %q", got, proofs, c.want)
			}
		})
	}
}

// TestTrailerOfRejects: usersync writes rejects without a trailer.
func TestTrailerOfRejects(t *testing.T) {
	text := "_usersync_outcome,id,email\ninvalid,1,a\n"
	proofs, _, err := proved(t, Options{Paths: []string{stored(t, "rejects.csv", []byte(text))}, CSV: CSVOptions{Trailer: "END"}})
	if err != nil || proofs[0].By != proof.Unproven {
		t.Error(proofs, err)
	}
}

func TestTrailerOfEachFile(t *testing.T) {
	one, two := stored(t, "1.csv", []byte("id\n1\nEND,1\n")), stored(t, "2.csv", []byte("id\n2\n3\nEND,2\n"))
	proofs, _, err := proved(t, Options{Paths: []string{one, two}, CSV: CSVOptions{Trailer: "END"}})
	if err != nil || proofs[0].By != proof.ByTrailer || proofs[1].By != proof.ByTrailer {
		t.Error(proofs, err)
	}
	if _, err := Open(t.Context(), Options{Paths: []string{stored(t, "u.jsonl", []byte(threeLines))}, CSV: CSVOptions{Trailer: "END"}}); err == nil || !strings.Contains(err.Error(), "only a CSV file can have a trailer") {
		t.Errorf("JSON Lines with a trailer: %v", err)
	}
}

func TestLastLineWithoutNewline(t *testing.T) {
	for text, want := range map[string]int{
		"id\n1\n":             0,
		"id\n1":               1,
		"id\r\n1\r":           1,
		"id\n\"1\"":           1,
		"id\n1\n\n":           0,
		"id":                  0,
		"{\"id\":1}\n":        0,
		"{\"id\":1}":          0,
		"{\"id\":1}\n{\"id\"": 1,
		"{\"id\":1}\n  ":      0,
		"[{\"id\":1}\n]":      0,
		"id\n" + strings.Repeat("1", frame.MaxRecord+9):                                    1,
		"id\n" + strings.Repeat("1", frame.MaxRecord+9) + "\n":                             0,
		"{\"id\":1}\n" + strings.Repeat("1", 2*frame.MaxRecord):                            1,
		"{\"id\":1}\n{\"id\":2,\"name\":\"" + strings.Repeat("1", frame.MaxRecord) + "\"}": 1,
	} {
		for name, packed := range map[string][]byte{"u": []byte(text), "u.gz": gzipped(t, text)} {
			o := Options{Paths: []string{stored(t, name, packed)}, Mapping: mapping.Config{Ignore: []string{"name"}}}
			_, warnings, err := proved(t, o)
			if err != nil || len(warnings) != want {
				t.Errorf("%.40q in %s: warnings %q, error %v; want %d", text, name, warnings, err, want)
			}
		}
	}
}

// FuzzTrailer compares a proof with encoding/csv: the last row begins with the word, and
// holds the number of rows between it and the header.
func FuzzTrailer(f *testing.F) {
	for _, seed := range []string{"1,a\nEND,1\n", "\"END\",\"0\"", "1,\"a\nEND,1\n", "END\n", "END,1\nEND,1", "1\r\nEND,x,\" 1 \"\r\n\r\n", "END,0\n\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rows string) {
		text := "id,email\n" + rows
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text), Format: CSV, CSV: CSVOptions{Delimiter: ",", Trailer: "END"}})
		if err != nil {
			t.Fatal(err)
		}
		count, failed := 0, false
		for rec, err := range in.Records() {
			failed = err != nil
			if rec != nil {
				count++
			}
		}
		switch in.Proofs()[0].By {
		case proof.Unproven:
			if !failed {
				t.Fatal("a file without proof and without error")
			}
		case proof.ByTrailer:
			if failed {
				t.Fatal("a proof in spite of an error")
			}
			if last := lastRow(text); len(last) == 0 || last[0] != "END" || !holds(last[1:], count) {
				t.Fatalf("%d records are proved by the row %q", count, last)
			}
		default:
			t.Fatal("another proof")
		}
	})
}

// lastRow returns the cells of the last line that is not blank; those of a trailer, which
// begins with the word, may span several lines.
func lastRow(text string) []string {
	at := max(strings.LastIndex(text, "\nEND"), strings.LastIndex(text, "\n\"END\""))
	r := csv.NewReader(strings.NewReader(text[at+1:]))
	r.FieldsPerRecord = -1
	cells, _ := r.Read() // nil where it is no row
	return cells
}

func holds(cells []string, n int) bool {
	for _, cell := range cells {
		var got int
		if _, err := fmt.Sscan(strings.TrimSpace(cell), &got); err == nil && got == n {
			return true
		}
	}
	return false
}
