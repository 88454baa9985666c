package web

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"usersync/reader/place"
	"usersync/reader/place/placetest"
	"usersync/sync/user"
)

// content is of one size, and two of other seeds differ everywhere.
func content(seed byte) []byte {
	b := make([]byte, 300_000)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

var written = time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)

// server serves an object, and breaks rules.
type server struct {
	content      atomic.Pointer[[]byte]
	cutAfter     int // bytes of an answer; 0: none is cut
	noTag        bool
	weakTag      bool
	noDate       bool
	ignoresRange bool
	ignoresMatch bool
	shifted      bool // answers with a range that begins elsewhere
	requests     atomic.Int64
	ranges       atomic.Int64
	change       func() // called once, before the first range is answered
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	if r.Header.Get("Range") != "" && s.ranges.Add(1) == 1 && s.change != nil {
		s.change()
	}
	body := *s.content.Load()
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256(body))
	if s.weakTag {
		tag = "W/" + tag
	}
	if !s.noTag {
		w.Header().Set("ETag", tag)
	}
	if s.ignoresRange {
		r.Header.Del("Range")
	}
	if s.ignoresMatch {
		r.Header.Del("If-Match")
		r.Header.Del("If-Unmodified-Since")
	}
	if start, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok && s.shifted {
		from, _, _ := strings.Cut(start, "-")
		n, _ := strconv.Atoi(from)
		r.Header.Set("Range", "bytes="+strconv.Itoa(max(0, n-7))+"-")
	}
	date := written
	if s.noDate {
		date = time.Time{}
	}
	http.ServeContent(&cutter{ResponseWriter: w, left: s.cutAfter, cuts: s.cutAfter > 0}, r, "users.csv", date, bytes.NewReader(body))
}

// cutter ends the connection after some bytes.
type cutter struct {
	http.ResponseWriter
	left int
	cuts bool
}

func (c *cutter) Write(p []byte) (int, error) {
	if c.cuts && len(p) > c.left {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

func opener() *place.Opener {
	return &place.Opener{Wait: func(int) time.Duration { return 0 },
		Stores: func(_ string, c place.Credentials) (place.Store, error) { return New(c.Token), nil }}
}

func started(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/feeds/users.csv"
}

// Whatever breaks, the bytes that are read are those of the object, or there is an error.
func TestReadsExactlyTheObject(t *testing.T) {
	for name, c := range map[string]struct {
		server *server
		change bool // the object is replaced before the first range
		kind   place.Kind
		fails  bool
	}{
		"a good server":                         {server: &server{}},
		"a connection that is cut":              {server: &server{cutAfter: 70_000}},
		"one that is cut often":                 {server: &server{cutAfter: 2_000}},
		"without a tag":                         {server: &server{cutAfter: 70_000, noTag: true}},
		"with a weak tag":                       {server: &server{cutAfter: 70_000, weakTag: true}},
		"without a range":                       {server: &server{ignoresRange: true}},
		"nothing to continue with":              {server: &server{cutAfter: 70_000, noTag: true, noDate: true}, fails: true, kind: place.Broken},
		"nothing to continue with, uncut":       {server: &server{noTag: true, noDate: true}},
		"a range that begins elsewhere":         {server: &server{cutAfter: 70_000, shifted: true}, fails: true, kind: place.Broken},
		"replaced":                              {server: &server{cutAfter: 70_000}, change: true, fails: true, kind: place.Changed},
		"replaced, by the date":                 {server: &server{cutAfter: 70_000, noTag: true}, change: true},
		"replaced, and another tag comes":       {server: &server{cutAfter: 70_000, ignoresMatch: true}, change: true, fails: true, kind: place.Changed},
		"replaced, and the whole comes again":   {server: &server{cutAfter: 299_000, ignoresMatch: true, ignoresRange: true}, change: true, fails: true, kind: place.Changed},
		"replaced after the last byte was read": {server: &server{}, change: true, fails: true, kind: place.Changed},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.server
			want, other := content(1), content(2)
			s.content.Store(&want)
			if c.change && !s.noTag {
				s.change = func() { s.content.Store(&other) }
			}
			got, err := placetest.Read(t, opener(), started(t, s))
			if !c.fails && (err != nil || !bytes.Equal(got, want)) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if kind, _ := place.KindOf(err); c.fails && (err == nil || kind != c.kind) {
				t.Errorf("error %v", err)
			}
			if c.fails && !bytes.HasPrefix(want, got) {
				t.Error("bytes of another version were handed out")
			}
		})
	}
}

// A server that ignores where to begin sends what was read again: it is skipped.
func TestWholeAnswerIsSkipped(t *testing.T) {
	want := content(1)
	var n atomic.Int64
	url := started(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(want)))
		cut := &cutter{ResponseWriter: w, left: 100_000, cuts: n.Add(1) == 1}
		_, _ = cut.Write(want)
	}))
	if got, err := placetest.Read(t, opener(), url); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// The end of a connection is not the end of a file: without a declared length nothing could
// tell them apart.
func TestEndIsProved(t *testing.T) {
	raw := func(answer string) string {
		return started(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}))
	}
	const tag = "ETag: \"one\"\r\n"
	for name, c := range map[string]struct {
		answer string
		kind   place.Kind
		fails  bool
	}{
		"no length":          {answer: "HTTP/1.0 200 OK\r\n" + tag + "\r\nid\n1\n", fails: true, kind: place.Broken},
		"chunks to the end":  {answer: "HTTP/1.1 200 OK\r\n" + tag + "Transfer-Encoding: chunked\r\n\r\n5\r\nid\n1\n\r\n0\r\n\r\n"},
		"chunks without end": {answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nid\n1\n\r\n", fails: true, kind: place.Broken},
		"a short body":       {answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nid\n1\n", fails: true, kind: place.Broken},
	} {
		t.Run(name, func(t *testing.T) {
			o := opener()
			r, err := o.Open(t.Context(), raw(c.answer))
			var got []byte
			if err == nil {
				got, err = io.ReadAll(r)
				defer r.Close()
			}
			if kind, _ := place.KindOf(err); (err != nil) != c.fails || c.fails && kind != c.kind {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// What a server says before a byte is read.
func TestAnswers(t *testing.T) {
	for status, kind := range map[int]place.Kind{404: place.Missing, 410: place.Missing, 401: place.Denied, 403: place.Denied,
		400: place.Broken, 416: place.Changed, 500: place.Lost, 501: place.Broken, 503: place.Lost, 429: place.Lost} {
		url := started(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		_, err := placetest.Read(t, opener(), url+"?sig=s3cret")
		if got, _ := place.KindOf(err); err == nil || got != kind || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// Each path is opened in the version that it was opened in first, and one without a version only
// once.
func TestPinned(t *testing.T) {
	s := &server{}
	one, two := content(1), content(2)
	s.content.Store(&one)
	o, url := opener(), started(t, s)
	if _, err := placetest.Read(t, o, url); err != nil {
		t.Fatal(err)
	}
	s.content.Store(&two)
	if _, err := placetest.Read(t, o, url); err == nil {
		t.Error("another version was opened")
	} else if kind, _ := place.KindOf(err); kind != place.Changed {
		t.Error(err)
	}
	s.noTag, s.noDate = true, true
	o, url = opener(), started(t, s)
	if _, err := placetest.Read(t, o, url); err != nil {
		t.Fatal(err)
	}
	if _, err := placetest.Read(t, o, url); err == nil {
		t.Error("what has no version was opened twice")
	}
}

// A redirect is followed, but not from https to http, and a token is sent only to the first
// server and never in clear text.
func TestRedirectsAndToken(t *testing.T) {
	var seen []string
	note := func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, "id\n1\n")
	}
	plain := started(t, http.HandlerFunc(note))
	tls := httptest.NewTLSServer(http.RedirectHandler(plain, http.StatusFound))
	defer tls.Close()
	s := New(user.NewSecret("t0ken"))
	s.client.Transport = tls.Client().Transport
	o := &place.Opener{Wait: func(int) time.Duration { return 0 }, Stores: func(string, place.Credentials) (place.Store, error) { return s, nil }}
	if _, err := o.Open(t.Context(), tls.URL+"/users.csv"); err != error(errDowngrade) {
		t.Errorf("a redirect to http: %v", err)
	}
	far := httptest.NewServer(http.RedirectHandler(strings.Replace(plain, "127.0.0.1", "localhost", 1), http.StatusFound))
	defer far.Close()
	if got, err := placetest.Read(t, o, far.URL+"/users.csv"); err != nil || string(got) != "id\n1\n" || seen[0] != "" {
		t.Errorf("%q, %v, token %q", got, err, seen)
	}
	if _, err := o.Open(t.Context(), "http://files.invalid/users.csv"); err == nil || !strings.Contains(err.Error(), "https_token") {
		t.Errorf("a token for http: %v", err)
	}
}

// What is written goes where the URL says: after a redirect the client would only get something.
func TestPutIsNotRedirected(t *testing.T) {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect} {
		got := atomic.Int64{}
		login := started(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { got.Add(1) }))
		url := started(t, http.RedirectHandler(login, status))
		err := opener().Put(t.Context(), url, "results.csv", strings.NewReader("id\n"), 3)
		if kind, _ := place.KindOf(err); err == nil || kind != place.Broken || got.Load() > 0 {
			t.Errorf("%d: %v, and %d calls", status, err, got.Load())
		}
	}
}

// An object of unknown length is continued only if the answer shows where it ends.
func TestEndIsProvedWhenContinued(t *testing.T) {
	for name, c := range map[string]struct {
		rest string
		want string // empty: an error
	}{
		"the whole, with a length":      {"HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: 10\r\n\r\nid\n1\n2\n3\n4", "id\n1\n2\n3\n4"},
		"a range of a known length":     {"HTTP/1.1 206 OK\r\nETag: \"one\"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n2\n3\n4", "id\n1\n2\n3\n4"},
		"a range that may end early":    {"HTTP/1.1 206 OK\r\nETag: \"one\"\r\nContent-Range: bytes 5-6/*\r\nContent-Length: 2\r\n\r\n2\n", ""},
		"the whole, without its length": {"HTTP/1.0 200 OK\r\nETag: \"one\"\r\n\r\nid\n1\n2\n", ""},
		"no content":                    {"HTTP/1.1 204 No Content\r\nETag: \"one\"\r\n\r\n", ""},
		"what a proxy has changed":      {"HTTP/1.1 203 Non-Authoritative Information\r\nETag: \"one\"\r\nContent-Length: 10\r\n\r\nid\n1\n2\n3\n4", ""},
	} {
		var n atomic.Int64
		url := started(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			answer := c.rest
			if n.Add(1) == 1 {
				answer = "HTTP/1.1 200 OK\r\nETag: \"one\"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nid\n1\n\r\n"
			}
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}))
		r, err := opener().Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if kind, _ := place.KindOf(err); (err == nil) != (c.want != "") || err == nil && string(got) != c.want || err != nil && kind != place.Broken {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}
