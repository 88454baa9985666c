package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
)

// TestFinishSeesTheWholeFile: including the part that was not read.
func TestFinishSeesTheWholeFile(t *testing.T) {
	big := bytes.Repeat([]byte("1,Zoë,0123456789\n"), 50_000)
	for name, c := range map[string]struct {
		in      []byte
		archive string
	}{
		"plain":              {big, ""},
		"gzip":               {gzipped(t, big), Gzip},
		"two gzip":           {append(gzipped(t, big), gzipped(t, big)...), ""},
		"zstd":               {zstded(t, big), Zstd},
		"two zstd":           {append(zstded(t, big), zstded(t, big)...), ""},
		"skippable and zstd": {append([]byte("\x50\x2a\x4d\x18\x00\x00\x00\x00"), zstded(t, big)...), ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, hash := range []bool{true, false} {
				s, err := Open(t.Context(), Options{Path: stored(t, c.in), Hash: hash})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(s, make([]byte, 5)); err != nil {
					t.Fatal(err)
				}
				if s.Archive() != "" {
					t.Error("known to be whole before its end")
				}
				if err := s.Finish(); err != nil {
					t.Fatal(err)
				}
				sum, want := sha256.Sum256(c.in), ""
				if hash {
					want = hex.EncodeToString(sum[:])
				}
				if s.SHA256() != want || s.Archive() != c.archive {
					t.Errorf("hash %q, archive %q; want %q, %q", s.SHA256(), s.Archive(), want, c.archive)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestFinishOfACutArchive returns an error in the part that was not read.
func TestFinishOfATruncatedArchive(t *testing.T) {
	big := bytes.Repeat([]byte("1,Zoë,0123456789\n"), 50_000)
	for name, packed := range map[string][]byte{"gzip": gzipped(t, big), "zstd": zstded(t, big)} {
		s, err := Open(t.Context(), Options{Path: stored(t, packed[:len(packed)-1])})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := errors.AsType[*Error](s.Finish()); !ok || s.Archive() != "" {
			t.Errorf("%s: archive %q and no error", name, s.Archive())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestTheEndIsTheEnd: a terminal could continue after its end.
func TestTheEndIsTheEnd(t *testing.T) {
	input := &restless{text: []byte(text)}
	s, err := Open(t.Context(), Options{Path: "-", Stdin: input, Hash: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	if s.SHA256() != hex.EncodeToString(sum[:]) || input.ends != 1 {
		t.Errorf("read behind its end %d times", input.ends-1)
	}
}

// restless returns its text again after each end.
type restless struct {
	text []byte
	at   int
	ends int
}

func (r *restless) Read(p []byte) (int, error) {
	if r.at == len(r.text) {
		r.at, r.ends = 0, r.ends+1
		return 0, io.EOF
	}
	n := copy(p, r.text[r.at:])
	r.at += n
	return n, nil
}
