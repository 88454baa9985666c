package rest

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"

	"usersync/sync/visible"
)

var errNoTLS = errors.New("the server does not speak TLS there; check base_url")

// trustFault returns what is wrong with the server's or the client's certificate,
// or with the protocol; nil for any other err.
func trustFault(err error) error {
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &certificateError{bad}
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return errNoTLS
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" && rejectsClient(op.Err.Error()) {
		return op.Err
	}
	return nil
}

// certificateError is an error about a certificate. The names in it are whatever its maker
// wrote, so its text is escaped.
type certificateError struct{ err error }

// Error leaves out the word that is the code of such a fault.
func (e *certificateError) Error() string {
	return visible.Text(strings.TrimPrefix(e.err.Error(), "tls: "))
}

func (e *certificateError) Unwrap() error { return e.err }

// rejectsClient reports whether an alert (RFC 8446 6.2) refuses the client's
// certificate or protocol. crypto/tls has alerts only as text, from its own list.
func rejectsClient(alert string) bool {
	for _, word := range [...]string{"certificate", "handshake failure", "protocol version", "access denied"} {
		if strings.Contains(alert, word) {
			return true
		}
	}
	return false
}
