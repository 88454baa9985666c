package connect

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/destination"
)

// A certificate, a proxy and a key are three things to check, and each denial names its
// own.
func TestDeniedHint(t *testing.T) {
	verify := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	for want, ce := range map[string]*destination.CallError{
		"tls: {ca: FILE}":               {Code: "tls", Err: verify(x509.UnknownAuthorityError{})},
		"is for another name":           {Code: "tls", Err: verify(x509.HostnameError{Certificate: &x509.Certificate{}})},
		"has expired":                   {Code: "tls", Err: verify(x509.CertificateInvalidError{Reason: x509.Expired})},
		"has to replace it":             {Code: "tls", Err: verify(x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign})},
		"tls: {cert: FILE, key":         {Code: "tls", Err: errors.New("remote error: certificate required")},
		"proxy: in the config":          {Code: "proxy", Err: errors.New("the proxy answered 407")},
		"credentials in its URL":        {Code: "http_407"},
		"base_url and auth under kard:": {Code: "http_401", Status: 401},
	} {
		t.Run(want, func(t *testing.T) {
			c := &config.Config{}
			c.Target.To = "kard"
			hint := DeniedHint(c, ce)
			if !strings.Contains(hint, want) || ce.Status == 0 && strings.Contains(hint, "auth") && !strings.Contains(hint, "authority") {
				t.Error(fmt.Sprint(hint))
			}
		})
	}
}
