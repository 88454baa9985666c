package rest

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
)

var errNoTLS = errors.New("the server does not speak TLS there; check base_url")

// trustFault returns what is wrong with a certificate, theirs or ours, or with
// the protocol, and nil if err is something else.
func trustFault(err error) error {
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return bad
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return errNoTLS
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" && rejectsClient(op.Err.Error()) {
		return op.Err
	}
	return nil
}

// refusesUs tells the alerts by which a server refuses our certificate or our
// protocol from the others (RFC 8446 6.2). crypto/tls gives them as text only,
// from a list of its own.
func rejectsClient(alert string) bool {
	for _, word := range [...]string{"certificate", "handshake failure", "protocol version", "access denied"} {
		if strings.Contains(alert, word) {
			return true
		}
	}
	return false
}
