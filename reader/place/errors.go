package place

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"os"
	"regexp"
	"sync"
	"syscall"
)

// Kind is what an error means for the one who asked.
type Kind uint8

// The kinds.
const (
	// Broken: the place does something that it must not, so that its bytes cannot be trusted.
	Broken Kind = iota
	// Missing: there is no such object.
	Missing
	// Denied: the credentials do not suffice, or there are none.
	Denied
	// Changed: the pinned version cannot be read any more.
	Changed
	// Lost: the place cannot be reached, or the connection broke. It may help to try again.
	Lost
	// Misused: the URL, or a setting, cannot work.
	Misused
)

// Error says what is wrong at a place. It holds no credential, no query of a URL and no
// content: its texts are ours, or the bare error code of a server.
type Error struct {
	Kind Kind
	Rule string // what is wrong, to be read after the name of the object
	Hint string // what to do; may be empty
	Err  error  // for errors.Is; not shown, as it may quote a URL; may be nil
}

// Error is the rule.
func (e *Error) Error() string { return e.Rule }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is makes a missing object fs.ErrNotExist, and one that is denied fs.ErrPermission.
func (e *Error) Is(target error) bool {
	return e.Kind == Missing && target == fs.ErrNotExist || e.Kind == Denied && target == fs.ErrPermission
}

// KindOf is the kind of the *Error in err; false if there is none.
func KindOf(err error) (Kind, bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return 0, false
	}
	return e.Kind, true
}

// Absent is the error of an object that is not there.
func Absent(err error) *Error {
	return &Error{Kind: Missing, Rule: "is not there", Hint: "check the URL, and that the job that writes it has run", Err: err}
}

// Refused is the error of an object that may not be read or written; code is the server's, and
// shown if it is a bare word.
func Refused(code string, err error) *Error {
	return &Error{Kind: Denied, Rule: "may not be read or written with these credentials" + Code(code), Hint: "check the credentials of this machine, job or service account, and what they may do; a signed URL may have expired", Err: err}
}

// Replaced is the error of a pinned version that is not there any more.
func Replaced(err error) *Error {
	return &Error{Kind: Changed, Rule: "was replaced or removed: the version that was opened first is not there any more",
		Hint: "let the job that writes it write another name, or turn on versioning of the bucket", Err: err}
}

// Unreachable is the error of a place that does not answer, or not to the end.
func Unreachable(err error) *Error {
	return &Error{Kind: Lost, Rule: "cannot be reached" + cause(err), Hint: "check the address, the network and the proxy; then run again", Err: err}
}

var bareCode = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`) })

// Code is what is shown of the error code of a server; empty if that is not a bare word.
func Code(code string) string {
	if !bareCode().MatchString(code) {
		return ""
	}
	return " (" + code + ")"
}

// cause says why a connection failed, in words that hold nothing of the URL.
func cause(err error) string {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var expired x509.CertificateInvalidError
	var verified *tls.CertificateVerificationError
	var errno syscall.Errno
	switch {
	case errors.As(err, &dns):
		return ": the name of its server is not known"
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &expired), errors.As(err, &verified):
		return ": the certificate of its server is not trusted"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return ": it does not answer in time"
	case errors.As(err, &errno):
		return ": " + errno.Error()
	}
	return ""
}
