package sandbox

import (
	"bytes"
	"net/http/httptest"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzCreate sends any body. The answer must be JSON and add up, what it accepts must be JSON to another reader too, and what it stores must
// be readable.
func FuzzCreate(f *testing.F) {
	for _, body := range []string{
		`{"data":[` + one("a") + `,` + userWith("b", `{"zipCode":1}`) + `]}`,
		`{"data":[{"type":"user","id":"\ud83d\ude00","attributes":{ "enrolledRewards" : [ ],"email":"\"\\"}}]} `,
		`{"data":[` + userWith("a", `{"enrolledRewards":[],"x":{"y":[1e9,null]},"x":1}`) + `],"meta":[]}`,
		`{"data":[` + one("a") + `,` + one("a") + `]}`, `{"data":`, "\xff", `{"data":[{"id":"\ud800"}]}`,
	} {
		f.Add([]byte(body), uint64(0))
		f.Add([]byte(body), uint64(7))
	}
	shapes := []string{"short:50%", "shuffle:50%", "foreign:50%", "nodata:50%", "noid:50%", "double:50%", "number:50%", "both:50%", "echo:50%", "refuse:30%", "conflict:50%"}
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		s := New(Options{Seed: seed})
		if seed > 0 {
			s = withFaults(t, Options{Seed: seed}, shapes...)
		}
		for range 2 {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest("POST", usersPath, bytes.NewReader(body)))
			// The answer may repeat an unknown name from the request in a pointer, never as a name.
			if !jsontext.Value(w.Body.Bytes()).IsValid() {
				t.Fatalf("answer %d is not JSON: %s", w.Code, w.Body)
			}
			if w.Code < 300 && !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true)) {
				t.Fatalf("took what is not JSON: %q", body)
			}
		}
		for u := range s.Users() {
			if !jsontext.Value(u.Attributes).IsValid() || u.Created != 1 {
				t.Fatalf("holds %q", u.Attributes)
			}
		}
	})
}

func FuzzParseFault(f *testing.F) {
	for _, text := range []string{"500:2.5%@after", "503=30s:#100-500", "poison=413:id=a%2Fb", "down=503:0s-40s/create"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := ParseFault(text)
		if err != nil {
			return
		}
		if again, err := ParseFault(fault.String()); err != nil || again != fault {
			t.Fatalf("%q is %+v, again %+v: %v", text, fault, again, err)
		}
	})
}
