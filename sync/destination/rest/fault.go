package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// isAnswer reports whether the client decides what the answer means.
func isAnswer(status int, collection bool) bool {
	switch status {
	case 401, 403, 407, 408, 425, 429:
		return false
	case 404:
		return !collection
	}
	return status/100 == 2 || status/100 == 4
}

// statusFault returns what a status means for every record of the call.
//
//	408, 5xx but 503     perhaps taken
//	425, 429, 503        not taken; After says when to come back
//	403, 404, 407, 3xx   denied
//
// After is 0 only if the answer names no time: a time in the past is 1 ns.
func statusFault(response *http.Response, records []*user.Record) *destination.CallError {
	status := response.StatusCode
	ce := &destination.CallError{Status: status, Code: destination.StatusCode(status), After: retryAfter(response.Header, time.Now())}
	switch {
	case status/100 == 3:
		ce.Fault, ce.Code, ce.Err = destination.Denied, "redirect", redirected(response, "base_url", records)
	case status == 403 || status == 404 || status == 407:
		ce.Fault = destination.Denied
	case status == 425 || status == 429 || status == 503:
		ce.Fault = destination.NotTaken
	}
	return ce
}

// redirected names only the host: the rest of a Location may hold anything. A host
// that repeats a value of a record is not named either, and where the call carried no
// record only our own is: it could repeat any other user, or a secret. setting is the one
// to check.
func redirected(response *http.Response, setting string, records []*user.Record) error {
	rest := ", and redirects are not followed; check " + setting
	u, err := url.Parse(response.Header.Get("Location"))
	if err != nil || u.Hostname() == "" || !wellFormed(u.Hostname()) {
		return errors.New("redirected" + rest)
	}
	own := response.Request != nil && strings.EqualFold(response.Request.URL.Hostname(), u.Hostname())
	if !own && (len(records) == 0 || vocabulary.Holds(u.Hostname(), records...)) {
		return errors.New("redirected to another host" + rest)
	}
	return errors.New("redirected to host " + u.Hostname() + rest)
}

// epochFrom is the smallest number that is a time, in seconds since 1970, and not a
// wait: as a wait it would be more than 30 years.
const epochFrom = 1e9

// retryAfter reads RFC 9110 10.2.3: seconds, or a date by the server's clock; besides
// these a time in seconds or milliseconds since 1970. It ignores a malformed header.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	at, err := http.ParseTime(text)
	if n, numeric := strconv.ParseInt(text, 10, 64); numeric == nil && n >= 0 {
		if n < epochFrom {
			return max(time.Duration(n)*time.Second, 1)
		}
		if n >= epochFrom*1000 {
			n /= 1000
		}
		at, err = time.Unix(n, 0), nil
	}
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		now = theirs
	}
	return max(at.Sub(now), 1)
}

// broken returns the fault of a call without a complete answer. Err never quotes
// what the server sent, as net/http's own errors may.
func broken(ctx context.Context, err error, written bool) *destination.CallError {
	ce := &destination.CallError{Fault: destination.PerhapsTaken}
	if !written {
		ce.Fault = destination.NotTaken
	}
	ce.Code, ce.Err = cause(ctx, err)
	if ce.Code == "tls" || denyingProxy(err) || ce.Code == codeProxy && trustFault(err) != nil {
		ce.Fault = destination.Denied
	}
	return ce
}

// cause returns a code for err, and an error that is safe to show.
func cause(ctx context.Context, err error) (code string, safe error) {
	var (
		dns   *net.DNSError
		proxy *proxyError
		errno syscall.Errno
		dial  *net.OpError
	)
	switch {
	case ctx.Err() != nil:
		return "canceled", ctx.Err()
	case missedProxy(err) != nil:
		if _, safe = cause(ctx, missedProxy(err)); errors.Is(safe, errNoTLS) {
			safe = errPlainProxy
		}
		return codeProxy, fmt.Errorf("the proxy cannot be reached: %w", safe)
	case trustFault(err) != nil:
		return "tls", trustFault(err)
	case isTimeout(err):
		return "timeout", errTimeout
	case errors.As(err, &dns):
		return "dns", dns
	case errors.As(err, &proxy):
		return codeProxy, proxy
	case errors.As(err, &dial) && dial.Op == "dial":
		return "dial", withoutDial(dial)
	case errors.As(err, &errno):
		return reset(errno), errno
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "eof", io.ErrUnexpectedEOF
	}
	return "broken", errBroken
}

// withoutDial is err without the word of its code and of the network.
func withoutDial(err *net.OpError) error {
	if err.Addr == nil {
		return err.Err
	}
	return fmt.Errorf("%s: %w", err.Addr, err.Err)
}

var (
	errTimeout = errors.New("no complete answer in time")
	errBroken  = errors.New("the connection broke")
)

func reset(errno syscall.Errno) string {
	if errno == syscall.ECONNRESET || errno == syscall.EPIPE || errno == syscall.ECONNABORTED {
		return "reset"
	}
	return "broken"
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}
