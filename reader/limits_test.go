package reader

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"usersync/reader/frame"
	"usersync/sync/user"
)

// endless returns head, then n bytes of filler.
func endless(head string, filler byte, n int64) io.Reader {
	return io.MultiReader(strings.NewReader(head), io.LimitReader(repeated(filler), n))
}

type repeated byte

func (r repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

// TestALongRecordIsPassedBy: an endless quote, line or element is not kept. Package frame
// tests that the memory stays bounded.
func TestLongRecordIsSkipped(t *testing.T) {
	const size = 32 << 20
	for name, head := range map[string]string{
		"quote":   "id,email\n1,\"",
		"cell":    "id,email\n1,",
		"line":    "{\"id\":\"0\"}\n{\"id\":\"",
		"element": "[{\"id\":\"0\"},\n{\"id\":\"",
	} {
		t.Run(name, func(t *testing.T) {
			in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: endless(head, 'x', size)})
			if err != nil {
				t.Fatal(err)
			}
			last := ""
			for rec, err := range in.Records() {
				last = summary(rec, err)
			}
			if !strings.HasPrefix(last, "2 !too_long") && !strings.HasPrefix(last, "stop 2 ") {
				t.Errorf("ended with %s", last)
			}
		})
	}
}

func TestBytesInvalidInCharset(t *testing.T) {
	text := "\xff\xfei\x00d\x00\n\x001\x00\n\x00\x00\xd8\n\x002\x00\n\x00"
	if got := strings.Join(read(t, Options{}, text), "; "); got != "2 1; 3 !invalid_charset; 4 2" {
		t.Error(got)
	}
}

func TestFormatByNameAndContent(t *testing.T) {
	for name, want := range map[string]string{"a.csv.gz": CSV, "a.TSV": CSV, "a.json.zst": JSONL, "a.ndjson": JSONL, "a.txt": JSONL} {
		if got := (&Options{}).format(name, []byte(" {\"id\":1}")); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
}

// TestReadErrorComesAfterTheRows: an error in the middle of a row loses no complete row, and
// the truncated one is not delivered.
func TestReadErrorComesAfterTheRows(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, text := range map[string]string{CSV: "id,email\n1,a\n2,\"b", JSONL: "{\"id\":\"1\"}\n{\"id\":"} {
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: io.MultiReader(strings.NewReader(text), failing{broken})})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for rec, err := range in.Records() {
			if err != nil {
				if !errors.Is(err, broken) {
					t.Errorf("%s: %v", name, err)
				}
				ids = append(ids, "stop")
				continue
			}
			ids = append(ids, rec.User.ID)
		}
		if strings.Join(ids, " ") != "1 stop" {
			t.Errorf("%s: %v", name, ids)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestSecretsLeaveThroughReveal: a secret is not among the attributes.
func TestSecretsLeaveThroughReveal(t *testing.T) {
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader("id,ssn,email\n1,111,a\n2,,b\n")})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for rec, err := range in.Records() {
		if err != nil {
			t.Fatal(err)
		}
		secret, ok := rec.User.Secret(user.SSN)
		if _, open := rec.User.Value(user.SSN); open || ok && secret.Reveal() != "111" {
			t.Error("the secret is not where it belongs")
		}
		if ok {
			told = append(told, rec.User.ID)
		}
	}
	if strings.Join(told, "") != "1" || strings.Join(in.Layout().SecretColumns, "") != "ssn" {
		t.Errorf("secrets of %v, columns %v", told, in.Layout().SecretColumns)
	}
}

// TestLongRowsEndABatch: a chunk of rows near the limit is a few MiB at most.
func TestLongRowsEndABatch(t *testing.T) {
	half := strings.Repeat("x", frame.MaxRecord/2)
	text := "id,name\n" + strings.Repeat("1,"+half+"\n", 5) + strings.Repeat("2,short\n", 7)
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for batch, err := range in.Records().Batches(5) {
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(batch))
	}
	if !slices.Equal(sizes, []int{2, 2, 5, 3}) {
		t.Error(sizes)
	}
}
