package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const text = "id,name\n1,Zoë\n"

func gzipped(t *testing.T, b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t *testing.T, b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func encoded(t *testing.T, e unicode.Endianness, s string) []byte {
	b, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func stored(t *testing.T, b []byte) string {
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenGivesPlainUTF8(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in      []byte
		charset string
		decoded string
	}{
		"plain":           {[]byte(text), "", ""},
		"plain, named":    {[]byte(text), "UTF8", ""},
		"mark":            {append([]byte("\xef\xbb\xbf"), text...), "", ""},
		"mark beats name": {append([]byte("\xef\xbb\xbf"), text...), "windows-1252", ""},
		"UTF-16 LE":       {encoded(t, unicode.LittleEndian, text), "", "utf-16le"},
		"UTF-16 BE":       {encoded(t, unicode.BigEndian, text), "", "utf-16be"},
		"latin":           {latin, "latin1", "windows-1252"},
		"gzip":            {gzipped(t, []byte(text)), "", ""},
		"two gzip":        {append(gzipped(t, []byte(text[:5])), gzipped(t, []byte(text[5:]))...), "", ""},
		"zstd":            {zstded(t, []byte(text)), "", ""},
		"zstd of UTF-16":  {zstded(t, encoded(t, unicode.LittleEndian, text)), "", "utf-16le"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), Options{Path: stored(t, c.in), Charset: c.charset})
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(s)
			if string(got) != text || err != nil || s.Charset() != c.decoded || s.Once() {
				t.Errorf("got %q, %v, charset %q, once %v", got, err, s.Charset(), s.Once())
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDigestOfDecompressedBytes(t *testing.T) {
	for _, plain := range [][]byte{[]byte(text), encoded(t, unicode.BigEndian, text)} {
		tally := NewDigest()
		s, err := Open(t.Context(), Options{Path: "-", Stdin: bytes.NewReader(gzipped(t, plain)), Digest: tally})
		if err != nil {
			t.Fatal(err)
		}
		if _, n := tally.Sum(); n != 0 {
			t.Errorf("%d bytes tallied before their turn", n)
		}
		if err := s.Count(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(s); err != nil {
			t.Fatal(err)
		}
		want := sha256.Sum256(plain)
		if sum, n := tally.Sum(); sum != hex.EncodeToString(want[:]) || n != int64(len(plain)) {
			t.Errorf("tally %s, %d bytes", sum, n)
		}
		if !s.Once() || s.Name() != "stdin" {
			t.Errorf("stdin: once %v, name %q", s.Once(), s.Name())
		}
	}
}

func TestTruncatedArchiveYieldsWhatCouldBeRead(t *testing.T) {
	long := strings.Repeat("1,some user\n2,another\n", 100_000)
	for name, packed := range map[string][]byte{"gzip": gzipped(t, []byte(long)), "zstd": zstded(t, []byte(long))} {
		t.Run(name, func(t *testing.T) {
			path := stored(t, packed[:len(packed)*3/4])
			s, err := Open(t.Context(), Options{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			got, err := io.ReadAll(s)
			e, ok := errors.AsType[*Error](err)
			if !ok || !strings.Contains(e.Rule, "truncated") || e.File != path {
				t.Fatalf("error %v", err)
			}
			if len(got) == 0 || !strings.HasPrefix(long, string(got)) {
				t.Errorf("%d bytes before the cut", len(got))
			}
		})
	}
}

func TestChecksumIsAnError(t *testing.T) {
	packed := gzipped(t, []byte(text))
	packed[len(packed)-6] ^= 0xff
	s, err := Open(t.Context(), Options{Path: stored(t, packed)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := io.ReadAll(s); !errors.Is(err, gzip.ErrChecksum) {
		t.Errorf("error %v", err)
	}
}

func TestBombStops(t *testing.T) {
	s := &Source{name: "bomb"}
	b := &bounded{r: bytes.NewReader(make([]byte, 1<<20)), packed: &raw{bytes: 100}, name: s.name, grace: 1 << 18}
	n, err := io.Copy(io.Discard, b)
	if err == nil || n < 1<<18 || n > 1<<19 {
		t.Errorf("%d bytes, error %v", n, err)
	}
	b = &bounded{r: bytes.NewReader(make([]byte, 1<<20)), packed: &raw{bytes: 2000}, name: s.name, grace: 1 << 18}
	if _, err := io.Copy(io.Discard, b); err != nil {
		t.Errorf("ratio under 1000: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		rule string
	}{
		"absent":         {Options{Path: filepath.Join(t.TempDir(), "none")}, "no such file"},
		"pattern":        {Options{Path: filepath.Join(t.TempDir(), "*.csv")}, "no such file; a pattern is expanded by the shell, which does not do so in quotes, or under from: in the config"},
		"directory":      {Options{Path: t.TempDir()}, "is a directory"},
		"empty":          {Options{Path: stored(t, nil)}, "is empty"},
		"only mark":      {Options{Path: stored(t, []byte("\xef\xbb\xbf"))}, "is empty"},
		"empty gzip":     {Options{Path: stored(t, gzipped(t, nil))}, "is empty"},
		"truncated head": {Options{Path: stored(t, gzipMagic)}, "the archive is truncated: its end is missing"},
		"charset":        {Options{Path: stored(t, []byte(text)), Charset: "klingon"}, "charset is not a known one"},
		"no stdin":       {Options{Path: "-"}, "stdin is not connected"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), c.o)
			if e, ok := errors.AsType[*Error](err); !ok || e.Rule != c.rule && e.Rule+"; "+e.Hint != c.rule {
				t.Errorf("error %v", err)
			}
		})
	}
}
