package reader_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"usersync/reader"
)

const (
	threeRows  = "id,email\n1,a@example.com\n2,\"b\n@example.com\"\n3,c@example.com\n"
	threeLines = `{"id":1,"email":"a@example.com"}` + "\n" + `{"id":2}` + "\n" + `{"id":3,"email":"c@example.com"}` + "\n"
	threeArray = "[\n" + `{"id":1,"email":"a@example.com"},` + "\n" + `{"id":2},{"id":3}` + "\n]\n"
)

func gzipped(t testing.TB, parts ...string) string {
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

func zstandard(t testing.TB, o []zstd.EOption, parts ...string) string {
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
func proved(t testing.TB, o reader.Options) (proofs []reader.Proof, warnings []string, err error) {
	t.Helper()
	in, err := reader.Open(context.Background(), o)
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

func wrote(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestProofs(t *testing.T) {
	unsummed := []zstd.EOption{zstd.WithEncoderCRC(false)}
	tests := []struct {
		name, file, text string
		options          reader.Options
		want             reader.ProofKind
	}{
		{"nothing proves CSV", "u.csv", threeRows, reader.Options{}, reader.Unproved},
		{"nothing proves JSON Lines", "u.jsonl", threeLines, reader.Options{}, reader.Unproved},
		{"the bracket of an array", "u.json", threeArray, reader.Options{}, reader.ByJSONArray},
		{"an empty array", "u.json", "[ ]", reader.Options{}, reader.ByJSONArray},
		{"one gzip member", "u.csv.gz", gzipped(t, threeRows), reader.Options{}, reader.ByGzip},
		{"two gzip members", "u.csv.gz", gzipped(t, threeRows, "4,d\n"), reader.Options{}, reader.Unproved},
		{"an empty gzip member behind", "u.csv.gz", gzipped(t, threeRows, ""), reader.Options{}, reader.Unproved},
		{"one zstd frame", "u.csv.zst", zstandard(t, nil, threeRows), reader.Options{}, reader.ByZstd},
		{"a zstd frame of many blocks", "u.csv.zst", zstandard(t, nil, threeRows+strings.Repeat("4,dddd\n", 100_000)), reader.Options{}, reader.ByZstd},
		{"two zstd frames", "u.csv.zst", zstandard(t, nil, threeRows, "4,d\n"), reader.Options{}, reader.Unproved},
		{"a skippable frame behind", "u.csv.zst", zstandard(t, nil, threeRows) + "\x50\x2a\x4d\x18\x02\x00\x00\x00ab", reader.Options{}, reader.Unproved},
		{"a zstd frame without checksum", "u.csv.zst", zstandard(t, unsummed, threeRows), reader.Options{}, reader.Unproved},
		{"the number of records", "u.csv", threeRows, reader.Options{ExpectRecords: 3}, reader.ByExpectRecords},
		{"the number of JSON records", "u.jsonl", threeLines, reader.Options{ExpectRecords: 3}, reader.ByExpectRecords},
		{"a JSON object that is closed needs no newline", "u.jsonl", strings.TrimSpace(threeLines), reader.Options{ExpectRecords: 3}, reader.ByExpectRecords},
		{"a row without newline may be a part", "u.csv", strings.TrimSpace(threeRows), reader.Options{ExpectRecords: 3}, reader.Unproved},
		{"the hash", "u.csv", threeRows, reader.Options{ExpectSHA256: strings.ToUpper(hashOf(threeRows))}, reader.ByExpectSHA256},
		{"the hash of the archive", "u.csv.gz", gzipped(t, threeRows), reader.Options{ExpectSHA256: hashOf(gzipped(t, threeRows))}, reader.ByExpectSHA256},
		{"the hash beside the number", "u.csv", threeRows, reader.Options{ExpectSHA256: hashOf(threeRows), ExpectRecords: 3}, reader.ByExpectSHA256},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.options.Paths = []string{wrote(t, test.file, test.text)}
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

func TestExpectedDoesNotHold(t *testing.T) {
	other := hashOf("another file")
	tests := []struct {
		name, file, text string
		options          reader.Options
		want             string
	}{
		{"fewer records", "u.csv", threeRows, reader.Options{ExpectRecords: 4}, "records found: 3, expected: 4"},
		{"more records", "u.jsonl", threeLines, reader.Options{ExpectRecords: 2}, "records found: 3, expected: 2"},
		{"another hash", "u.csv", threeRows, reader.Options{ExpectSHA256: other}, "has the SHA-256 " + hashOf(threeRows) + ", and " + other + " was expected"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.options.Paths = []string{wrote(t, test.file, test.text)}
			proofs, _, err := proved(t, test.options)
			wrong, ok := errors.AsType[*reader.InputError](err)
			if !ok || !strings.Contains(wrong.Rule, test.want) || wrong.Hint == "" || wrong.File != test.options.Paths[0] {
				t.Fatalf("error is %v, want %q of the file, with a hint", err, test.want)
			}
			if len(proofs) != 1 || proofs[0].By != reader.Unproved {
				t.Errorf("proofs are %v in spite of the error", proofs)
			}
		})
	}
}

func TestExpectedOfSeveralFiles(t *testing.T) {
	one, two := wrote(t, "one.csv", threeRows), wrote(t, "two.csv.gz", gzipped(t, threeRows))
	proofs, _, err := proved(t, reader.Options{Paths: []string{one, two}, ExpectRecords: 6})
	if err != nil || proofs[0].By != reader.ByExpectRecords || proofs[1].By != reader.ByExpectRecords {
		t.Errorf("proofs are %v, error %v", proofs, err)
	}
	if proofs, _, _ = proved(t, reader.Options{Paths: []string{one, two}}); proofs[0].By != reader.Unproved || proofs[1].By != reader.ByGzip {
		t.Errorf("without a number the proofs are %v", proofs)
	}
	if _, _, err = proved(t, reader.Options{Paths: []string{one, two}, ExpectRecords: 7}); err == nil || !strings.HasPrefix(err.Error(), "the 2 files: ") {
		t.Errorf("error is %v, want one of both files", err)
	}
	if _, _, err = proved(t, reader.Options{Paths: []string{one, two}, ExpectSHA256: hashOf("x")}); err == nil {
		t.Error("one hash of two files was taken")
	}
}

// TestProofsBeforeTheEnd: who stops reading has no proof.
func TestProofsBeforeTheEnd(t *testing.T) {
	in, err := reader.Open(context.Background(), reader.Options{Paths: []string{wrote(t, "u.json", threeArray)}})
	if err != nil {
		t.Fatal(err)
	}
	for range in.Records() {
		break
	}
	if got := in.Proofs(); len(got) != 1 || got[0].By != reader.Unproved {
		t.Errorf("proofs are %v after one record", got)
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
}
