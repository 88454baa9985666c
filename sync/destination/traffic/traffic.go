// Package traffic describes calls to an API, request and answer, for a person who looks for
// the reason of an error. It masks what could be a value of a user or a secret: every text is
// replaced by its kind and length, unless it is declared harmless.
//
// It writes no files. Start at Recorder.
package traffic

import (
	"net/http"
	"time"

	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Level says which calls are described, and how much of them.
type Level string

// The levels. Each describes method, address, headers and result.
const (
	Headers Level = "headers" // of all calls, without bodies
	Bodies  Level = "bodies"  // of all calls, with bodies
	Errors  Level = "errors"  // of calls that failed, at least for one record, with bodies
)

// MaxBody is how much is described of one body, in bytes of its masked form. The rest is cut.
const MaxBody = 16 << 10

// Recorder describes calls. Its methods are safe for concurrent use, and do nothing on a nil
// Recorder.
type Recorder struct {
	Level Level
	// Take gets the description of a call, in the goroutine of the call.
	Take func(*Exchange)
}

// Call is a call as it was made. It holds values and secrets: only Record reads it.
type Call struct {
	Began time.Time
	Took  time.Duration
	// Token says that it asked for a token: its bodies are credentials.
	Token   bool
	Request *http.Request
	Body    []byte

	Status    int // 0 if there was no answer
	Header    http.Header
	Answer    []byte
	Fault     string // the code of what went wrong; empty if the client could read the answer
	Refused   bool   // the answer is a success, and some of the records did not succeed
	RequestID string // if it may be shown

	Records []*user.Record
	Words   *vocabulary.Vocabulary
}

// Exchange is the description of a call.
type Exchange struct {
	// When the call began.
	At time.Time `json:"at"`
	// token if it asked for a token; absent for calls about users.
	Kind string `json:"kind,omitempty"`
	// Numbers of its records in the run's input, such as 1-64,66.
	Records string `json:"records,omitempty"`
	// How many calls have carried its first record so far, without reads.
	Attempt int    `json:"attempt,omitempty"`
	Method  string `json:"method"`
	URL     string `json:"url"`
	Request Part   `json:"request"`
	// HTTP status of the answer; absent if none came.
	Status int `json:"status,omitempty"`
	// Code of what went wrong, such as timeout or http_503; absent if nothing did.
	Fault        string  `json:"fault,omitempty"`
	Milliseconds float64 `json:"ms"`
	Answer       *Part   `json:"answer,omitempty"`

	// Numbers are those of Records, one by one.
	Numbers []int `json:"-"`
}

// Part is a request or an answer.
type Part struct {
	// Headers by name. Names that are not known are left out, and counted in Others.
	Headers map[string]string `json:"headers,omitempty"`
	Others  int               `json:"other_headers,omitempty"`
	// Size of the body in bytes; absent if it holds credentials.
	Bytes int `json:"bytes,omitempty"`
	// Body, masked. Body that is JSON is JSON here too, unless it was cut: then it is text.
	Body any `json:"body,omitempty"`
	// The body is longer than what is shown.
	Cut bool `json:"cut,omitempty"`
}

// Record describes a call, if its level wants it, and reports whether it does. Errors are
// calls that failed, those whose answer says that some of their users may have (207), and
// those that are known to have failed for some.
func (r *Recorder) Record(c *Call) bool {
	if r == nil || r.Level == Errors && !c.failed() {
		return false
	}
	m := mask{words: c.Words, records: c.Records}
	e := &Exchange{
		At: c.Began.UTC(), Method: c.Request.Method, URL: m.url(c.Request.URL), Status: c.Status, Fault: c.Fault, Milliseconds: float64(c.Took.Microseconds()) / 1000,
		Request: Part{Headers: m.requestHeaders(c.Request.Header), Bytes: len(c.Body)},
	}
	for _, record := range c.Records {
		if n := record.Origin.Record; n > 0 && (len(e.Numbers) == 0 || e.Numbers[len(e.Numbers)-1] != n) {
			e.Numbers, e.Attempt = append(e.Numbers, n), max(e.Attempt, c.Records[0].Attempts)
		}
	}
	if c.Status > 0 {
		e.Answer = &Part{Bytes: len(c.Answer)}
		e.Answer.Headers, e.Answer.Others = m.answerHeaders(c)
	}
	if m.secret = c.Token; c.Token {
		e.hideSizes()
	}
	if r.Level != Headers {
		r.bodies(c, e, m)
	}
	r.Take(e)
	return true
}

func (c *Call) failed() bool {
	return c.Fault != "" || c.Refused || c.Status < 200 || c.Status > 299 || c.Status == http.StatusMultiStatus
}

// hideSizes leaves out how long credentials are.
func (e *Exchange) hideSizes() {
	e.Kind, e.Request.Bytes = "token", 0
	if e.Answer != nil {
		e.Answer.Bytes = 0
		delete(e.Answer.Headers, "Content-Length")
	}
}

func (r *Recorder) bodies(c *Call, e *Exchange, m mask) {
	e.Request.Body, e.Request.Cut = m.body(c.Request.Header.Get("Content-Type"), c.Body)
	if e.Answer != nil {
		m.answer, m.said = true, c.Status/100 != 2
		e.Answer.Body, e.Answer.Cut = m.body(c.Header.Get("Content-Type"), c.Answer)
	}
}
