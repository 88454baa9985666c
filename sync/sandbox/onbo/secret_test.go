package onbo

import (
	"net/http/httptest"
	"strings"
	"testing"

	"usersync/sync/sandbox"
)

// TestSignatures starts with the published vector, and damages it.
func TestSignatures(t *testing.T) {
	const (
		mac  = "9b4a9788659fa95852ca750872c8dbd2f794bb353a4e2059818a8ffb5b1f1e65"
		sum  = "574b0e3022ef9abba26ff549ee33b788"
		text = "{\n  \"first_name\": \"Blair Ann\",\n  \"dob\": \"1988-05-16\"\n}"
	)
	for name, test := range map[string]struct {
		api    API
		id     string
		mac    string
		epoch  string
		sum    string
		status int // 400: authorized, but without an e-mail
	}{
		"the vector":              {API{Secret: Secret}, "id", mac, "1700000000000", sum, 400},
		"seconds":                 {API{Secret: Secret}, "id", mac, "1700000000", sum, 403},
		"another digest":          {API{Secret: Secret}, "id", mac, "1700000000000", "00", 403},
		"another secret":          {API{Secret: "x"}, "id", mac, "1700000000000", sum, 403},
		"no secret to check with": {API{}, "id", "any", "1700000000000", sum, 400},
		"too old, no secret":      {API{}, "id", "any", "1699999939999", sum, 403},
		"just fresh":              {API{}, "id", "any", "1699999940000", sum, 400},
		"from the future":         {API{}, "id", "any", "1700000060001", sum, 403},
		"seconds as told":         {API{Seconds: true}, "id", "any", "1700000000", sum, 400},
		"no time":                 {API{}, "id", "any", "now", sum, 403},
		"nobody":                  {API{}, "", mac, "1700000000000", sum, 401},
		"another client":          {API{}, "id-2", mac, "1700000000000", sum, 401},
		"unsigned":                {API{}, "id", "", "1700000000000", sum, 401},
	} {
		s := server(t, test.api, sandbox.Options{RequireAuth: true, ClientID: "id"})
		r := httptest.NewRequest("POST", "https://sandbox-api.stilt.com/v1/users", strings.NewReader(text))
		r.RequestURI = "/v1/users"
		for header, value := range map[string]string{"X_CLIENT_UUID": test.id, "X_STILT_HMAC": test.mac, "EPOCH": test.epoch, "Content-MD5": test.sum} {
			r.Header.Set(header, value)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != test.status || test.status == 400 && !strings.Contains(w.Body.String(), "required") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestWhiteSpaceIsJavaScripts(t *testing.T) {
	for r := rune(0); r < 0x10000; r++ {
		dropped := stripped(string(r)) == ""
		if want := strings.ContainsRune("\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff", r); dropped != want {
			t.Errorf("%U: %v", r, dropped)
		}
	}
}
