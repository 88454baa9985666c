package rest

import (
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"usersync/sync/destination"
	"usersync/sync/user"
)

const standard = "application/scim+json"

// An API that takes plain JSON only refuses one call, and none after it.
func TestPlainJSONOnce(t *testing.T) {
	var got []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Content-Type"))
		if got[len(got)-1] == standard || r.URL.Path == "/never" {
			w.WriteHeader(http.StatusUnsupportedMediaType)
		}
	}, func(c *Config) { c.Media = standard })
	if ce := do(t, t.Context(), c, post); ce == nil || ce.Fault != destination.NotTaken || ce.Code != "media_type" || ce.Status != 415 {
		t.Errorf("%v", ce)
	}
	if ce := do(t, t.Context(), c, post); ce != nil {
		t.Errorf("%v", ce)
	}
	never := post
	never.Path = []string{"never"}
	a, err := c.Do(t.Context(), never)
	if err != nil || a.Status != 415 {
		t.Errorf("a 415 to plain JSON is an answer about the record: %v", err)
	}
	if want := standard + " application/json application/json"; strings.Join(got, " ") != want {
		t.Errorf("%q", got)
	}
}

// An API that requires a condition gets one with every change from then on, and with
// no other call.
func TestConditionalOnce(t *testing.T) {
	var got []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+r.Header.Get("If-Match"))
		if r.Header.Get("If-Match") == "" && r.Method != "POST" {
			w.WriteHeader(http.StatusPreconditionRequired)
		}
	})
	for _, method := range []string{"PUT", "PUT", "DELETE", "POST", "PATCH"} {
		r := post
		r.Method = method
		ce := do(t, t.Context(), c, r)
		if first := len(got) == 1; first != (ce != nil && ce.Fault == destination.NotTaken && ce.Code == "conditional") {
			t.Errorf("%s: %v", method, ce)
		}
	}
	if want := "PUT PUT* DELETE* POST PATCH*"; strings.Join(got, " ") != want {
		t.Errorf("%q", got)
	}
}

// A 403 with Retry-After is a limit once the API has accepted a call; before that, it may
// be about the credentials.
func TestForbiddenForNow(t *testing.T) {
	var status int
	var after string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
	})
	for _, test := range []struct {
		status int
		after  string
		want   string
	}{{403, "7", "denied"}, {200, "", ""}, {403, "7", "not taken"}, {403, "", "denied"}} {
		status, after = test.status, test.after
		ce := do(t, t.Context(), c, post)
		got := ""
		if ce != nil {
			got = ce.Fault.String()
		}
		if got != test.want || got == "not taken" && ce.After != 7*time.Second {
			t.Errorf("%d %q: %s, want %s", test.status, test.after, got, test.want)
		}
	}
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// JSON is read after a byte order mark, in UTF-16 and ISO 8859-1, and out of what was packed
// although no call asked for that.
func TestPlainBody(t *testing.T) {
	const text = `{"a":"\u00e9"}`
	wide := func(low, high int) (b string) {
		for _, c := range []byte(`{"a":1}`) {
			unit := [2]byte{}
			unit[low], unit[high] = c, 0
			b += string(unit[:])
		}
		return b
	}
	var zlibbed, deflated bytes.Buffer
	z, f := zlib.NewWriter(&zlibbed), ended(flate.NewWriter(&deflated, 9))(t)
	for _, w := range []io.WriteCloser{z, f} {
		if _, err := io.WriteString(w, `{"a":1}`); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
	}
	zs := string(ended(zstd.NewWriter(nil))(t).EncodeAll([]byte(`{"a":1}`), nil))
	bomb := string(ended(zstd.NewWriter(nil))(t).EncodeAll(make([]byte, maxAnswer+1), nil))
	for name, test := range map[string]struct{ sent, header, want string }{
		"plain":             {`{"a":1}`, "", `{"a":1}`},
		"marked":            {"\ufeff" + `{"a":1}`, "", `{"a":1}`},
		"packed":            {packed(t, `{"a":1}`), "", `{"a":1}`},
		"packed marked":     {packed(t, "\ufeff"+`{"a":1}`), "", `{"a":1}`},
		"cut":               {packed(t, `{"a":1}`)[:15], "", "!cut_answer"},
		"no header":         {"\x1f\x8b", "", "!cut_answer"},
		"a bomb":            {packed(t, strings.Repeat(" ", maxAnswer+1)), "", "!too_large"},
		"empty":             {"", "", ""},
		"zlib":              {zlibbed.String(), "Content-Encoding: deflate", `{"a":1}`},
		"deflate":           {deflated.String(), "Content-Encoding: Deflate", `{"a":1}`},
		"deflate, cut":      {deflated.String()[:4], "Content-Encoding: deflate", "!cut_answer"},
		"deflate, plain":    {`{"a":1}`, "Content-Encoding: deflate", `{"a":1}`},
		"deflate, empty":    {"", "Content-Encoding: deflate", ""},
		"zstd":              {zs, "Content-Encoding: zstd", `{"a":1}`},
		"zstd, not said":    {zs, "", `{"a":1}`},
		"zstd, cut":         {zs[:9], "", "!cut_answer"},
		"zstd, a bomb":      {bomb, "", "!too_large"},
		"brotli":            {"\x8b\x03\x80x\x03", "Content-Encoding: br", "\x8b\x03\x80x\x03"},
		"UTF-16LE":          {wide(0, 1), "", `{"a":1}`},
		"UTF-16BE":          {wide(1, 0), "", `{"a":1}`},
		"UTF-16LE, marked":  {"\xff\xfe" + wide(0, 1), "", `{"a":1}`},
		"UTF-16BE, marked":  {"\xfe\xff" + wide(1, 0), "", `{"a":1}`},
		"ISO 8859-1":        {"{\"a\":\"\xe9\"}", "Content-Type: application/json; charset=ISO-8859-1", "{\"a\":\"\u00e9\"}"},
		"ISO 8859-1, UTF-8": {text, "Content-Type: application/json; charset=latin1", text},
		"broken UTF-8":      {"{\"a\":\"\xc3\xbc\xc3\"}", "Content-Type: application/json; charset=latin1", "{\"a\":\"\xc3\xbc\xc3\"}"},
		"Windows-1252":      {"{\"a\":\"\xe9\x96\"}", "Content-Type: application/json; charset=ISO-8859-1", "{\"a\":\"\xe9\x96\"}"},
		"not said":          {"{\"a\":\"\xe9\"}", "Content-Type: application/json", "{\"a\":\"\xe9\"}"},
	} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			name, value, _ := strings.Cut(test.header, ": ")
			w.Header().Set(cmp.Or(name, "X-Any"), value)
			if _, err := w.Write([]byte(test.sent)); err != nil {
				t.Error(err)
			}
		})
		a, err := c.Do(t.Context(), post)
		got := ""
		if ce, ok := err.(*destination.CallError); ok {
			got = "!" + ce.Code
		} else {
			got = string(a.Body)
			a.Release()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// ended returns what was made, or ends the test.
func ended[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// A token is read as servers send it, by every style of asking for it.
func TestTokenAnswers(t *testing.T) {
	for body, lifetime := range map[string]float64{
		`{"access_token":"t","expires_in":3600}`:           3600,
		`{"access_token":"t","expires_in":3599.5}`:         3599,
		`{"access_token":"t","expires_in":"3599.5"}`:       3599,
		`{"access_token":"t","expires_in":null}`:           0,
		`{"access_token":"t","expires_in":-1}`:             0,
		`{"access_token":"t","expires_in":1e300}`:          1<<31 - 1,
		"\ufeff" + `{"access_token":"t","expires_in":60}`:  60,
		"access_token=t&expires_in=3600&token_type=bearer": 3600,
		"\ufeffaccess_token=t&expires_in=60.5":             60,
		packed(t, `{"access_token":"t","expires_in":60}`):  60,
		"<html>":                   -1,
		"expires_in=60":            -1,
		`{"error":"access_token"}`: -1,
		`[{"access_token":"t"}]`:   -1,
	} {
		for _, style := range []Style{Basic, Form, JSON} {
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/plain")
				if _, err := w.Write([]byte(body)); err != nil {
					t.Error(err)
				}
			}).base.String()
			g := grants{auth: Auth{ClientID: user.NewSecret("i"), ClientSecret: user.NewSecret("s"), TokenURL: url, Style: style}, transport: http.DefaultTransport}
			got, err := g.fetch(t.Context())
			left := -1.0
			if err == nil && got.token == "t" {
				if left = 0; !got.expires.IsZero() {
					left = time.Until(got.expires).Seconds()
				}
			}
			if left > lifetime || left < lifetime-20 {
				t.Errorf("%s %s: %s, want %s: %v", style, body, strconv.FormatFloat(left, 'f', 0, 64), strconv.FormatFloat(lifetime, 'f', 0, 64), err)
			}
		}
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}
