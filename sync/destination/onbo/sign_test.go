package onbo

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

// The vector was made with CryptoJS, which Onbo's own example uses.
const (
	vectorBody = "{\n  \"first_name\": \"Blair Ann\",\n  \"dob\": \"1988-05-16\"\n}"
	vectorURL  = "https://sandbox-api.stilt.com/v1/users"
	vectorMD5  = "574b0e3022ef9abba26ff549ee33b788"
	vectorHMAC = "9b4a9788659fa95852ca750872c8dbd2f794bb353a4e2059818a8ffb5b1f1e65"
)

func TestSignatureVector(t *testing.T) {
	r, err := http.NewRequest("POST", vectorURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	signer{id: "client-1", key: []byte(secretKey), now: noon}.sign(r, []byte(vectorBody))
	want := http.Header{
		"X_CLIENT_UUID": {"client-1"}, "X_STILT_HMAC": {vectorHMAC}, "EPOCH": {"1700000000000"}, "Content-MD5": {vectorMD5},
		"Content-Type": {"application/json"},
	}
	if diff := cmp.Diff(want, r.Header); diff != "" {
		t.Error(diff)
	}
	signer{id: "client-1", key: []byte(secretKey), seconds: true, now: noon}.sign(r, []byte(vectorBody))
	if sent := fmt.Sprint(r.Header); !strings.Contains(sent, "EPOCH:[1700000000] ") || strings.Contains(sent, vectorHMAC) {
		t.Error(sent)
	}
}

func TestDigest(t *testing.T) {
	for body, want := range map[string]string{
		vectorBody:            vectorMD5,
		"":                    "",
		" \n\u00a0\ufeff":     "",
		"abc":                 "900150983cd24fb0d6963f7d28e17f72", // RFC 1321 A.5
		" a\tb\u2003c\r\n":    "900150983cd24fb0d6963f7d28e17f72",
		"\ufeffa\vb\u3000c\f": "900150983cd24fb0d6963f7d28e17f72",
	} {
		if got := digest([]byte(body)); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
	if digest([]byte("a\u0085")) == digest([]byte("a")) || digest([]byte("a\u200b")) == digest([]byte("a")) {
		t.Error("a character that is not white space in JavaScript was dropped")
	}
}

// TestSpaceIsJavaScripts: the set as ECMA-262 defines it: tab, line feed, line
// tabulation, form feed, carriage return, the two separators, U+FEFF, and
// Unicode's category Zs.
func TestSpaceIsJavaScripts(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		want := strings.ContainsRune("\t\n\v\f\r\u2028\u2029\ufeff", r) || unicode.Is(unicode.Zs, r)
		if isSpace(r) != want {
			t.Errorf("%U: %v", r, !want)
		}
	}
}

// TestHeadersKeepTheirCase reads the bytes from the connection, because net/http's
// server would change the names.
func TestHeadersKeepTheirCase(t *testing.T) {
	head := onTheWire(t, user.Create, person("1"))
	for _, line := range []string{`X_CLIENT_UUID: client-1`, `X_STILT_HMAC: [0-9a-f]{64}`, `EPOCH: 1700000000000`, `Content-MD5: [0-9a-f]{32}`, `Content-Type: application/json`} {
		if !regexp.MustCompile(`(?m)^` + line + "\r$").MatchString(head) {
			t.Errorf("no %s in\n%s", line, head)
		}
	}
	head = onTheWire(t, user.Delete, known("1"))
	if !strings.Contains(head, "\r\nContent-MD5: \r\n") {
		t.Errorf("no empty digest of an empty body in\n%s", head)
	}
}

// TestSignedAddressIsTheSentOne rebuilds the signature from the request line and
// the host that arrived.
func TestSignedAddressIsTheSentOne(t *testing.T) {
	r := known("1")
	r.Remote = "a/b?c%d"
	head := onTheWire(t, user.Delete, r)
	path := regexp.MustCompile(`^DELETE (\S+) `).FindStringSubmatch(head)[1]
	host := regexp.MustCompile(`\r\nHost: (\S+)\r`).FindStringSubmatch(head)[1]
	if path != "/v1/users/a%2Fb%3Fc%25d" {
		t.Errorf("path is %s", path)
	}
	want := signer{key: []byte(secretKey)}.mac("http://"+host+path, "", "1700000000000")
	if !strings.Contains(head, "X_STILT_HMAC: "+want+"\r\n") {
		t.Errorf("want the signature %s in\n%s", want, head)
	}
	for given, signed := range map[string]string{
		"https://API.example.com/v1/users?limit=25&offset=0": "https://API.example.com/v1/users?limit=25&offset=0",
		"https://bücher.example:444/v1":                      "https://xn--bcher-kva.example:444/v1",
		"http://127.0.0.1:80":                                "http://127.0.0.1:80/",
	} {
		request, err := http.NewRequest("GET", given, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := target(request); got != signed {
			t.Errorf("%s: signed as %s", given, got)
		}
	}
}

// onTheWire returns the head of the call that op makes, as bytes.
func onTheWire(t *testing.T, op user.Op, r *user.Record) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	heads := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			heads <- err.Error()
			return
		}
		defer conn.Close()
		var head strings.Builder
		for in := bufio.NewReader(conn); ; {
			line, err := in.ReadString('\n')
			head.WriteString(line)
			if err != nil || line == "\r\n" {
				break
			}
		}
		fmt.Fprint(conn, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		heads <- head.String()
	}()
	config := settings("http://" + listener.Addr().String() + "/v1")
	config.Delete = true
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdle()
	_, _ = c.Apply(t.Context(), user.Batch{Op: op, Records: []*user.Record{r}}) // the connection breaks; only the head matters
	return <-heads
}

// TestEachAttemptIsSigned: the same record twice, a second apart, has two
// signatures.
func TestEachAttemptIsSigned(t *testing.T) {
	var epochs, macs []string
	now := noon()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		epochs = append(epochs, r.Header.Get("Epoch"))
		macs = append(macs, strings.Join(r.Header["X_stilt_hmac"], ","))
		w.WriteHeader(503)
	}, func(c *Config) { c.Now = func() time.Time { now = now.Add(time.Second); return now } })
	r := known("1")
	for range 2 {
		if _, ce := apply(t, c, user.Update, r); ce == nil {
			t.Fatal("no fault")
		}
	}
	if len(epochs) != 2 || epochs[0] == epochs[1] || macs[0] == macs[1] || macs[0] == "" {
		t.Error(epochs, macs)
	}
}
