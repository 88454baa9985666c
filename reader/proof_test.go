package reader

import (
	"bytes"

	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"usersync/reader/proof"
)

const (
	threeRows  = "id,email\n1,a@example.com\n2,\"b\n@example.com\"\n3,c@example.com\n"
	threeLines = `{"id":1,"email":"a@example.com"}` + "\n" + `{"id":2}` + "\n" + `{"id":3,"email":"c@example.com"}` + "\n"
	threeArray = "[\n" + `{"id":1,"email":"a@example.com"},` + "\n" + `{"id":2},{"id":3}` + "\n]\n"
)

func gzipMembers(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, part := range parts {
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func zstandard(t *testing.T, o []zstd.EOption, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, part := range parts {
		w, err := zstd.NewWriter(&b, o...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// proved reads the files to their ends.
func proved(t *testing.T, o Options) (proofs []proof.Proof, warnings []string, err error) {
	t.Helper()
	in, err := Open(t.Context(), o)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, failed := range in.Records() {
		err = failed
	}
	return in.Proofs(), in.Warnings(), err
}

func TestProofs(t *testing.T) {
	unsummed := []zstd.EOption{zstd.WithEncoderCRC(false)}
	tests := []struct {
		name, file, text string
		options          Options
		want             proof.Kind
	}{
		{"nothing proves CSV", "u.csv", threeRows, Options{}, proof.Unproven},
		{"nothing proves JSON Lines", "u.jsonl", threeLines, Options{}, proof.Unproven},
		{"the bracket of an array", "u.json", threeArray, Options{}, proof.ByJSONArray},
		{"a comma before the bracket of an array", "u.json", "[{\"id\":\"1\"},]", Options{}, proof.Unproven},
		{"a comma missing in an array", "u.json", "[{\"id\":\"1\"} {\"id\":\"2\"}]", Options{}, proof.Unproven},
		{"an empty array", "u.json", "[ ]", Options{}, proof.ByJSONArray},
		{"one gzip member", "u.csv.gz", gzipMembers(t, threeRows), Options{}, proof.ByGzip},
		{"two gzip members", "u.csv.gz", gzipMembers(t, threeRows, "4,d\n"), Options{}, proof.Unproven},
		{"an empty gzip member behind", "u.csv.gz", gzipMembers(t, threeRows, ""), Options{}, proof.Unproven},
		{"one zstd frame", "u.csv.zst", zstandard(t, nil, threeRows), Options{}, proof.ByZstd},
		{"a zstd frame of many blocks", "u.csv.zst", zstandard(t, nil, threeRows+strings.Repeat("4,dddd\n", 100_000)), Options{}, proof.ByZstd},
		{"two zstd frames", "u.csv.zst", zstandard(t, nil, threeRows, "4,d\n"), Options{}, proof.Unproven},
		{"a skippable frame behind", "u.csv.zst", zstandard(t, nil, threeRows) + "\x50\x2a\x4d\x18\x02\x00\x00\x00ab", Options{}, proof.Unproven},
		{"a zstd frame without checksum", "u.csv.zst", zstandard(t, unsummed, threeRows), Options{}, proof.Unproven},
		{"the number of records", "u.csv", threeRows, Options{Expect: Expected{Records: 3}}, proof.ByExpectRecords},
		{"the number of JSON records", "u.jsonl", threeLines, Options{Expect: Expected{Records: 3}}, proof.ByExpectRecords},
		{"a JSON object that is closed needs no newline", "u.jsonl", strings.TrimSpace(threeLines), Options{Expect: Expected{Records: 3}}, proof.ByExpectRecords},
		{"a row without newline may be a part", "u.csv", strings.TrimSpace(threeRows), Options{Expect: Expected{Records: 3}}, proof.Unproven},
		{"the hash", "u.csv", threeRows, Options{Expect: Expected{SHA256: strings.ToUpper(hashOf(threeRows))}}, proof.ByExpectSHA256},
		{"the hash of the archive", "u.csv.gz", gzipMembers(t, threeRows), Options{Expect: Expected{SHA256: hashOf(gzipMembers(t, threeRows))}}, proof.ByExpectSHA256},
		{"the hash beside the number", "u.csv", threeRows, Options{Expect: Expected{SHA256: hashOf(threeRows), Records: 3}}, proof.ByExpectSHA256},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.options.Paths = []string{stored(t, test.file, []byte(test.text))}
			proofs, _, err := proved(t, test.options)
			if err != nil {
				t.Fatal(err)
			}
			if len(proofs) != 1 || proofs[0].By != test.want || proofs[0].File != test.options.Paths[0] {
				t.Errorf("proofs are %+v, want %q", proofs, test.want)
			}
		})
	}
}

func TestExpectationNotMet(t *testing.T) {
	other := hashOf("another file")
	tests := []struct {
		name, file, text string
		options          Options
		want             string
	}{
		{"fewer records", "u.csv", threeRows, Options{Expect: Expected{Records: 4}}, "records found: 3, expected: 4"},
		{"more records", "u.jsonl", threeLines, Options{Expect: Expected{Records: 2}}, "records found: 3, expected: 2"},
		{"another hash", "u.csv", threeRows, Options{Expect: Expected{SHA256: other}}, "has the SHA-256 " + hashOf(threeRows) + ", but " + other + " was expected"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.options.Paths = []string{stored(t, test.file, []byte(test.text))}
			proofs, _, err := proved(t, test.options)
			wrong, ok := errors.AsType[*InputError](err)
			if !ok || !strings.Contains(wrong.Rule, test.want) || wrong.Hint == "" || wrong.File != test.options.Paths[0] {
				t.Fatalf("error is %v, want %q of the file, with a hint", err, test.want)
			}
			if len(proofs) != 1 || proofs[0].By != proof.Unproven {
				t.Errorf("proofs are %v in spite of the error", proofs)
			}
		})
	}
}

func TestExpectedOfSeveralFiles(t *testing.T) {
	one, two := stored(t, "one.csv", []byte(threeRows)), stored(t, "two.csv.gz", gzipped(t, threeRows))
	proofs, _, err := proved(t, Options{Paths: []string{one, two}, Expect: Expected{Records: 6}})
	if err != nil || proofs[0].By != proof.ByExpectRecords || proofs[1].By != proof.ByExpectRecords {
		t.Errorf("proofs are %v, error %v", proofs, err)
	}
	if proofs, _, _ = proved(t, Options{Paths: []string{one, two}}); proofs[0].By != proof.Unproven || proofs[1].By != proof.ByGzip {
		t.Errorf("without a number the proofs are %v", proofs)
	}
	if _, _, err = proved(t, Options{Paths: []string{one, two}, Expect: Expected{Records: 7}}); err == nil || !strings.HasPrefix(err.Error(), "the 2 files: ") {
		t.Errorf("error is %v, want one of both files", err)
	}
	if _, _, err = proved(t, Options{Paths: []string{one, two}, Expect: Expected{SHA256: hashOf("x")}}); err == nil {
		t.Error("one hash of two files was taken")
	}
}

// TestProofsBeforeTheEnd: without reading to the end there is no proof.
func TestProofsBeforeTheEnd(t *testing.T) {
	in, err := Open(t.Context(), Options{Paths: []string{stored(t, "u.json", []byte(threeArray))}})
	if err != nil {
		t.Fatal(err)
	}
	for range in.Records() {
		break
	}
	if got := in.Proofs(); len(got) != 1 || got[0].By != proof.Unproven {
		t.Errorf("proofs are %v after one record", got)
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
}

// TestBlockedGzip: tools that write members with an extra field write many, so a single one
// is what a truncated file has left.
func TestBlockedGzip(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Extra = []byte("BC\x02\x00\x00\x00")
	if _, err := w.Write([]byte(threeRows)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	proofs, _, err := proved(t, Options{Paths: []string{stored(t, "u.csv.gz", b.Bytes())}})
	if err != nil || proofs[0].By != proof.Unproven {
		t.Error(proofs, err)
	}
}
