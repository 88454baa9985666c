package signature

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/user"
)

// signedBy signs a call as the section says and returns its headers.
func signedBy(t *testing.T, hmac, key, method, url, body string) http.Header {
	t.Helper()
	var section yaml.Node
	if err := yaml.Unmarshal([]byte(hmac), &section); err != nil {
		t.Fatal(err)
	}
	values := document.References{Expand: func(text string) (string, error) { return strings.Replace(text, "env:", "value-of-", 1), nil }}
	h, err := Decode(document.Node{Node: section.Content[0], Key: "hmac"}, &values)
	if err != nil {
		t.Fatal(err)
	}
	h.now = func() time.Time { return time.UnixMilli(1_700_000_000_000) }
	h.key = user.NewSecret(key)
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.Sign(r, []byte(body))
	return r.Header
}

// RFC 4231 4.3 and RFC 2202 2 and 3, test case 2 of each.
func TestPublishedHMACs(t *testing.T) {
	for hash, want := range map[string]string{
		"sha256": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		"sha1":   "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
		"md5":    "750c783e6ab0b503eaa86e310a5db738",
	} {
		h := signedBy(t, `{key: env:K, hash: `+hash+`, text: "{body}", headers: {X-Sig: "{signature}"}}`, "Jefe", "POST", "https://x.example/", "what do ya want for nothing?")
		if h["X-Sig"][0] != want {
			t.Errorf("%s: %s", hash, h["X-Sig"])
		}
	}
}

// As in Onbo's API reference (Authentication): the URL, the MD5 of the body and the
// time are signed, and header names keep their letter case.
func TestSignatureOverSeveralParts(t *testing.T) {
	h := signedBy(t, `{key: env:K, text: "{url}{body:md5:hex}{epoch_ms}", headers: {X_STILT_HMAC: "{signature}", EPOCH: "{epoch_ms}", Content-MD5: "{body:md5}", X_CLIENT_UUID: env:ID}}`,
		"2acf04c3-48d1-456f-a54e-1a4251814478", "POST", "https://sandbox-api.stilt.com/v1/users", `{"first_name":"BlairAnn","dob":"1988-05-16"}`)
	for name, want := range map[string]string{
		"X_STILT_HMAC": "9b4a9788659fa95852ca750872c8dbd2f794bb353a4e2059818a8ffb5b1f1e65",
		"EPOCH":        "1700000000000", "Content-MD5": "574b0e3022ef9abba26ff549ee33b788", "X_CLIENT_UUID": "value-of-ID",
	} {
		if len(h[name]) != 1 || h[name][0] != want {
			t.Errorf("%s: %v", name, h[name])
		}
	}
}

func TestPlacesOfASignedText(t *testing.T) {
	h := signedBy(t, `{key: env:K, encoding: base64, text: "{epoch}", headers: {X-All: "{method} {path} {query} {host} {epoch} {body:sha1:base64}", X-Sig: "HMAC {signature}"}}`,
		"k", "PUT", "https://x.example/a%2Fb/c?d=e", "hello")
	if got := h["X-All"][0]; got != "PUT /a%2Fb/c d=e x.example 1700000000 qvTGHdzF6KLavt4PO0gs2a6pQ00=" {
		t.Error(got)
	}
	if got := h["X-Sig"][0]; !strings.HasPrefix(got, "HMAC ") || !strings.HasSuffix(got, "=") {
		t.Error(got)
	}
}
