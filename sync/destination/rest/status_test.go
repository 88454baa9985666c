package rest

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

func TestStatusBecomesFault(t *testing.T) {
	judged := destination.Fault(99) // an Answer
	for _, test := range []struct {
		status     int
		collection bool
		fault      destination.Fault
		code       string
	}{
		{200, true, judged, ""}, {201, true, judged, ""}, {207, true, judged, ""}, {204, true, judged, ""},
		{400, true, judged, ""}, {409, true, judged, ""}, {413, true, judged, ""}, {422, true, judged, ""}, {410, true, judged, ""},
		{404, false, judged, ""}, {404, true, destination.Denied, "http_404"},
		{401, true, destination.Denied, "unauthorized"}, {403, false, destination.Denied, "http_403"}, {407, false, destination.Denied, "http_407"},
		{408, true, destination.PerhapsTaken, "http_408"}, {500, true, destination.PerhapsTaken, "http_500"}, {502, true, destination.PerhapsTaken, "http_502"},
		{504, true, destination.PerhapsTaken, "http_504"}, {599, true, destination.PerhapsTaken, "http_599"}, {501, true, destination.PerhapsTaken, "http_501"},
		{425, true, destination.NotTaken, "http_425"}, {429, true, destination.NotTaken, "http_429"}, {503, true, destination.NotTaken, "http_503"},
		{300, false, destination.Denied, "redirect"}, {302, true, destination.Denied, "redirect"}, {304, false, destination.Denied, "redirect"}, {308, true, destination.Denied, "redirect"},
	} {
		var seen []int
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", "req-1")
			w.WriteHeader(test.status)
		}, func(c *Config) { c.Observe = func(status int, _ http.Header) { seen = append(seen, status) } })
		r := post
		r.Collection = test.collection
		ce := do(t, t.Context(), c, r)
		if len(seen) != 1 || seen[0] != test.status {
			t.Errorf("%d: observed %v", test.status, seen)
		}
		if test.fault == judged {
			if ce != nil {
				t.Errorf("%d: %v", test.status, ce)
			}
			continue
		}
		if ce == nil || ce.Fault != test.fault || ce.Code != test.code || ce.Status != test.status || ce.RequestID != "req-1" {
			t.Errorf("%d: got %+v, want %v %s", test.status, ce, test.fault, test.code)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, test := range []struct {
		after, date string
		want        time.Duration
	}{
		{"", "", 0}, {"7", "", 7 * time.Second}, {" 7 ", "", 7 * time.Second}, {"0", "", 1},
		{"-3", "", 0}, {"1.5", "", 0}, {"soon", "", 0}, {"99999999999999999999", "", 0},
		{in(90 * time.Second), "", 90 * time.Second}, {in(-time.Hour), "", 1},
		{in(90 * time.Second), in(60 * time.Second), 30 * time.Second},
		{strconv.FormatInt(now.Unix()+90, 10), "", 90 * time.Second}, {strconv.FormatInt(now.UnixMilli()+90_000, 10), in(60 * time.Second), 30 * time.Second},
		{"1000000000", "", 1}, {"999999999", "", 999_999_999 * time.Second},
	} {
		h := http.Header{}
		h.Set("Retry-After", test.after)
		h.Set("Date", test.date)
		if got := retryAfter(h, now); got != test.want {
			t.Errorf("Retry-After %q at %q: %v, want %v", test.after, test.date, got, test.want)
		}
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "12")
		w.WriteHeader(503)
	})
	if ce := do(t, t.Context(), c, post); ce == nil || ce.After != 12*time.Second {
		t.Errorf("%+v", ce)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	calls := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "https://elsewhere.example/login?user=frieda@mail.example", http.StatusTemporaryRedirect)
	})
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		ce := do(t, t.Context(), c, Request{Method: method, Path: []string{"users", "1"}, Records: []*user.Record{{User: user.User{ID: "1"}}}})
		if ce == nil || ce.Code != "redirect" || !strings.Contains(ce.Error(), "elsewhere.example") {
			t.Errorf("%s: %v", method, ce)
		}
		if strings.Contains(ce.Error(), "login") || strings.Contains(ce.Error(), "frieda") {
			t.Errorf("%s: the error shows more than the host: %v", method, ce)
		}
	}
	if ce := do(t, t.Context(), c, Request{Method: "GET", Path: []string{"users"}}); ce == nil || strings.Contains(ce.Error(), "example") {
		t.Errorf("a call about no user names a host, which may be a value of any: %v", ce)
	}
	if calls != 5 {
		t.Errorf("%d calls, want 5", calls)
	}
}

func TestWordsAreRedacted(t *testing.T) {
	r := post
	r.Records = []*user.Record{{User: user.User{ID: "1", Attributes: []user.Attribute{{Field: user.FirstName, Value: user.TextValue("Friederike")}}}}}
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		w.Write([]byte("cannot store Friederike at f@mail.example"))
	}, func(c *Config) { c.ErrorText = func(b []byte) string { return string(b) } })
	ce := do(t, t.Context(), c, r)
	if ce == nil || !strings.HasPrefix(ce.Detail, "cannot store") || strings.Contains(ce.Error(), "Friederike") || strings.Contains(ce.Error(), "@") {
		t.Errorf("%v", ce)
	}
}

// literal answers every connection's first request with the given bytes and closes
// the connection.
func literal(t *testing.T, answer string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				r.Body.Close()
			}
			conn.Write([]byte(answer))
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return "http://" + listener.Addr().String()
}

func TestAnswersThatAreNotWhole(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		fault        destination.Fault
		code         string
		status       int
	}{
		{"nothing", "", destination.PerhapsTaken, "eof", 0},
		{"half a header", "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n", destination.PerhapsTaken, "eof", 0},
		{"half a line of the header", "HTTP/1.1 201 Created\r\nX-Frieda", destination.PerhapsTaken, "broken", 0},
		{"not HTTP", "SSH-2.0-OpenSSH frieda@mail.example\r\n\r\n", destination.PerhapsTaken, "broken", 0},
		{"half a success", "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"data\"", destination.PerhapsTaken, "cut_answer", 201},
		{"half a chunk", "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"data\"", destination.PerhapsTaken, "cut_answer", 201},
		{"half a conflict", "HTTP/1.1 409 Conflict\r\nContent-Length: 100\r\n\r\n{\"err", destination.PerhapsTaken, "cut_answer", 409},
		{"half a 429", "HTTP/1.1 429 Too Many\r\nContent-Length: 100\r\n\r\n{\"err", destination.NotTaken, "http_429", 429},
		{"half a denial", "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n<htm", destination.Denied, "http_403", 403},
		{"too large", "HTTP/1.1 201 Created\r\n\r\n" + strings.Repeat(" ", maxAnswer+1), destination.PerhapsTaken, "too_large", 201},
	} {
		ce := do(t, t.Context(), connect(t, literal(t, test.answer)), post)
		if ce == nil || ce.Fault != test.fault || ce.Code != test.code || ce.Status != test.status {
			t.Errorf("%s: got %+v, want %v %s", test.name, ce, test.fault, test.code)
			continue
		}
		if strings.Contains(ce.Error(), "frieda") {
			t.Errorf("%s: the error quotes the server: %v", test.name, ce)
		}
	}
}

func TestLargestAnswerIsRead(t *testing.T) {
	c := connect(t, literal(t, "HTTP/1.1 200 OK\r\n\r\n"+strings.Repeat("x", maxAnswer)))
	a, err := c.Do(t.Context(), post)
	if err != nil || len(a.Body) != maxAnswer {
		t.Fatal(err)
	}
	a.Release()
}

// TestHeadersThatRepeatAValue: a request id and the host of a redirect are shown only
// if they repeat no value of the record.
func TestHeadersThatRepeatAValue(t *testing.T) {
	r := post
	r.Records = []*user.Record{{User: user.User{ID: "1", Attributes: []user.Attribute{{Field: user.FirstName, Value: user.TextValue("Friederike")}}}}}
	for given, shown := range map[string]string{
		"req-7": "req-7", "0b5ad9a4-2f2e-4f0e-9d5e-7c1f8c7ce001": "0b5ad9a4-2f2e-4f0e-9d5e-7c1f8c7ce001", "FRIEDERIKE-7": "", "x.RnJpZWRlcmlrZQ": "", "46726965-4672696564": "", "46726965-46726965": "46726965-46726965",
		"46726965646572696b65": "",
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request-Id", given)
			w.Header().Set("Location", "https://"+given+".example/")
			w.WriteHeader(307)
		})
		ce := do(t, t.Context(), c, r)
		if ce == nil || ce.RequestID != shown || strings.Contains(strings.ToLower(ce.Error()), strings.ToLower(given)) != (shown != "") {
			t.Errorf("%s: %q, %v", given, ce.RequestID, ce)
		}
	}
}
