package reader

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
	"time"

	"usersync/reader/mapping"
	"usersync/reader/source"
	"usersync/sync/user"
)

// leavers reads a list in mode delete, and returns the ids that are to be deleted,
// the code of the last record, and how the list ended.
func leavers(t *testing.T, o Options) (ids []string, lastCode string, err error) {
	t.Helper()
	if o.Op == "" {
		o.Op = user.Delete
	}
	in, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for r, bad := range in.Records() {
		if bad != nil {
			return ids, lastCode, bad
		}
		lastCode = ""
		if r.Err != nil {
			lastCode = r.Err.(*user.InvalidError).Code
		} else if r.Op == user.Delete {
			ids = append(ids, r.User.ID)
		}
	}
	return ids, lastCode, nil
}

func listFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// The last line of a list of users to delete may be cut, and name another user. It is
// believed only where its newline is there, where no other line has one, or where
// something shows that no byte is missing.
func TestTornDelete(t *testing.T) {
	const cut = "id\nc-5\nc-12"
	for name, c := range map[string]struct {
		path string
		with Options
		code string
	}{
		"cut":                   {listFile(t, "l.csv", cut), Options{}, CodeTorn},
		"one user":              {listFile(t, "l.csv", "id\nc-12"), Options{}, CodeTorn},
		"CR LF":                 {listFile(t, "l.csv", "id\r\nc-5\r\nc-12"), Options{}, CodeTorn},
		"cut between CR and LF": {listFile(t, "l.csv", "id\r\nc-5\r\nc-12\r"), Options{}, CodeTorn},
		"quoted":                {listFile(t, "l.csv", "id\n\"c-5\"\n\"c-12\""), Options{}, CodeTorn},
		"UTF-16":                {listFile(t, "l.csv", "\xff\xfei\x00d\x00\n\x00c\x001\x00"), Options{}, CodeTorn},
		"whole":                 {listFile(t, "l.csv", cut+"\n"), Options{}, ""},
		"whole, CR LF":          {listFile(t, "l.csv", "id\r\nc-5\r\nc-12\r\n"), Options{}, ""},
		"a blank line more":     {listFile(t, "l.csv", cut+"\n\n"), Options{}, ""},
		"trusted":               {listFile(t, "l.csv", cut), Options{Expect: Expected{TrustEOF: true}}, ""},
		"the number is right":   {listFile(t, "l.csv", cut), Options{Expect: Expected{Records: 2}}, CodeTorn},
		"the hash is right":     {listFile(t, "l.csv", cut), Options{Expect: Expected{SHA256: sumOf(cut)}}, ""},
		"gzip":                  {listFile(t, "l.csv.gz", packed(t, cut)), Options{}, ""},
		"two gzip members":      {listFile(t, "l.csv.gz", packed(t, "id\nc-5\n")+packed(t, "c-12")), Options{}, CodeTorn},
		"JSON":                  {listFile(t, "l.jsonl", "{\"id\":\"c-5\"}\n{\"id\":\"c-12\"}"), Options{}, ""},
		"a trailer":             {listFile(t, "l.csv", cut+"\nEND,2"), Options{CSV: CSVOptions{Trailer: "END"}}, ""},
		"a row says delete": {listFile(t, "l.csv", "op,id\nupsert,c-5\ndelete,c-12"),
			Options{Mapping: mapping.Config{OpColumn: mapping.OpRule{Column: "op"}}, Op: user.Upsert}, CodeTorn},
		"a row says upsert": {listFile(t, "l.csv", "op,id\ndelete,c-5\nupsert,c-12"),
			Options{Mapping: mapping.Config{OpColumn: mapping.OpRule{Column: "op"}}, Op: user.Upsert}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.with.Paths = []string{c.path}
			ids, code, err := leavers(t, c.with)
			if err != nil || code != c.code {
				t.Errorf("%q, code %q, %v, want %q", ids, code, err, c.code)
			}
		})
	}
}

// Each file of an input has an end of its own.
func TestTornDeleteInTheFirstFile(t *testing.T) {
	first, second := listFile(t, "a.csv", "id\na-1\na-2"), listFile(t, "b.csv", "id\nb-1\n")
	ids, _, err := leavers(t, Options{Paths: []string{first, second}})
	if err != nil || strings.Join(ids, " ") != "a-1 b-1" {
		t.Errorf("%q, %v", ids, err)
	}
}

// What is expected of a file is held against all of it before the first delete.
func TestExpectationsBeforeTheFirstDelete(t *testing.T) {
	const list = "id\na\nb\n"
	sidecar := listFile(t, "s.csv", list)
	if err := os.WriteFile(sidecar+".sha256", []byte(sumOf("other")+"  s.csv\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"number":        {Paths: []string{listFile(t, "l.csv", list)}, Expect: Expected{Records: 3}},
		"hash":          {Paths: []string{listFile(t, "l.csv", list)}, Expect: Expected{SHA256: sumOf("other")}},
		"sidecar":       {Paths: []string{sidecar}, Expect: Expected{Sidecar: true}},
		"trailer":       {Paths: []string{listFile(t, "l.csv", list)}, CSV: CSVOptions{Trailer: "END"}},
		"second of two": {Paths: []string{listFile(t, "l.csv", list), listFile(t, "m.csv", list)}, Expect: Expected{Records: 5}},
		"by row":        {Paths: []string{listFile(t, "l.csv", "op,id\nupsert,a\ndelete,b\n")}, Expect: Expected{Records: 1}, Mapping: mapping.Config{OpColumn: mapping.OpRule{Column: "op"}}, Op: user.Upsert},
	} {
		t.Run(name, func(t *testing.T) {
			ids, _, err := leavers(t, o)
			if _, is := errors.AsType[*InputError](err); !is || len(ids) > 0 {
				t.Errorf("%q were to be deleted, %v", ids, err)
			}
		})
	}
	if ids, _, err := leavers(t, Options{Paths: []string{listFile(t, "l.csv", list)}, Expect: Expected{Records: 2}}); err != nil || len(ids) != 2 {
		t.Errorf("%q, %v", ids, err)
	}
}

// long is a list that is not read at once.
func long(prefix string) string { return "id\n" + strings.Repeat(prefix+"-123456\n", 200_000) }

// A file that is written to while it is read ends the records before any of the new
// bytes is handed out, whether it is written over, grows or is cut.
func TestChangedWhileRead(t *testing.T) {
	write := func(how func(*os.File) error) func(string) error {
		return func(path string) error {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			return errors.Join(how(f), f.Close(), os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)))
		}
	}
	for name, change := range map[string]func(string) error{
		"written over": write(func(f *os.File) error { _, err := f.WriteAt([]byte(long("new")), 0); return err }),
		"grows": write(func(f *os.File) error {
			_, err := f.Seek(0, 2)
			_, bad := f.WriteString("more\n")
			return errors.Join(err, bad)
		}),
		"is cut": write(func(f *os.File) error { return f.Truncate(500_000) }),
	} {
		for _, end := range []string{".csv", ".csv.gz"} {
			t.Run(name+end, func(t *testing.T) {
				text := long("old")
				if end == ".csv.gz" {
					text = noise(t)
				}
				in, err := Open(t.Context(), Options{Paths: []string{listFile(t, "l"+end, text)}})
				if err != nil {
					t.Fatal(err)
				}
				defer in.Close()
				n := 0
				for r, bad := range in.Records() {
					if err = bad; err != nil {
						break
					}
					if n++; n == 100 {
						if err := change(in.o.Paths[0]); err != nil {
							t.Fatal(err)
						}
					}
					if strings.Contains(r.User.ID, "new") || r.User.ID == "more" {
						t.Fatalf("record %d is %s", n, r.User.ID)
					}
				}
				if !errors.Is(err, source.ErrChanged) || n < 100 {
					t.Errorf("after %d records: %v", n, err)
				}
			})
		}
	}
}

// noise is a packed list that stays long.
func noise(t *testing.T) string {
	var b strings.Builder
	b.WriteString("id\n")
	for i := range 60_000 {
		b.WriteString(sumOf(string(rune(i)))[:40] + "\n")
	}
	return packed(t, b.String())
}

// A change after the last record is found when the input is asked, and a path that
// names another file by then is a warning.
func TestChangedAfterwards(t *testing.T) {
	read := func(path string) *Input {
		in, err := Open(t.Context(), Options{Paths: []string{path}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { in.Close() })
		for _, err := range in.Records() {
			if err != nil {
				t.Fatal(err)
			}
		}
		return in
	}
	path := listFile(t, "l.csv", "id\na\n")
	in := read(path)
	if err := in.Unchanged(); err != nil || len(in.Warnings()) > 0 {
		t.Fatal(err, in.Warnings())
	}
	if err := os.Rename(listFile(t, "other.csv", "id\nb\n"), path); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(in.Unchanged(), in.Unchanged()); err != nil || len(in.Warnings()) != 1 {
		t.Errorf("%v, %q", err, in.Warnings())
	}
	in = read(path)
	if err := os.WriteFile(path, []byte("id\nb\nc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := in.Unchanged(); !errors.Is(err, source.ErrChanged) {
		t.Errorf("%v", err)
	}
}

// A file that waits for its turn may be replaced; it may not be written to.
func TestChangedBeforeItsTurn(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(path string) error
		changed bool
	}{
		"replaced": {func(path string) error { return os.Rename(listFile(t, "n.csv", "id\nnew\n"), path) }, false},
		"written":  {func(path string) error { return os.WriteFile(path, []byte("id\nnew\nnew2\n"), 0o600) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			second := listFile(t, "b.csv", "id\nb\n")
			in, err := Open(t.Context(), Options{Paths: []string{listFile(t, "a.csv", "id\na\n"), second}})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			if err := c.change(second); err != nil {
				t.Fatal(err)
			}
			for _, err = range in.Records() {
			}
			if errors.Is(err, source.ErrChanged) != c.changed || err != nil && !c.changed {
				t.Errorf("%v", err)
			}
		})
	}
}

// A file that was just written is refused where that is asked for.
func TestMinAge(t *testing.T) {
	path := listFile(t, "l.csv", "id\na\n")
	open := func(age time.Duration) error {
		in, err := Open(context.Background(), Options{Paths: []string{path}, Expect: Expected{MinAge: age}})
		if err == nil {
			err = in.Close()
		}
		return err
	}
	if err := errors.Join(open(0), os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)), open(time.Minute)); err != nil {
		t.Error(err)
	}
	for _, modified := range []time.Time{time.Now().Add(-30 * time.Minute), time.Now().Add(time.Hour)} {
		if err := os.Chtimes(path, time.Time{}, modified); err != nil {
			t.Fatal(err)
		}
		if err := open(time.Hour); err == nil || !strings.Contains(err.Error(), "min_age asks for 1h0m0s") {
			t.Errorf("modified at %v: %v", modified, err)
		}
	}
}
