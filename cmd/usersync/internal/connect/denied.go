package connect

import (
	"crypto/x509"
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/destination"
)

// DeniedHint says what to check after a call that was denied: the certificates or the
// proxy where those were at fault, and otherwise the address and the credentials.
func DeniedHint(c *config.Config, denied *destination.CallError) string {
	switch denied.Code {
	case "tls":
		return certificateHint(c, denied.Err)
	case "proxy", "http_407": // only proxies answer 407
		return "the proxy refused to connect, and the API was not asked: check proxy: in the config, and the credentials in its URL"
	}
	return authHint(c)
}

// certificateHint tells whose certificate is at fault. Credentials never are: none were
// sent.
func certificateHint(c *config.Config, err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the authority of the server's certificate is not trusted here: if it is your own CA, set tls: {ca: FILE} in the config"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("the server's certificate is for another name: check base_url under %s: in the config, and any proxy in between", c.Target.To)
	}
	if bad, ok := errors.AsType[x509.CertificateInvalidError](err); ok && bad.Reason == x509.Expired {
		return "the server's certificate has expired or is not valid yet, or the clock of this machine is wrong"
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return "the server's certificate may not be used for this: its owner has to replace it"
	}
	return fmt.Sprintf("check base_url under %s: in the config, and tls: {cert: FILE, key: FILE} if the API asks for a client certificate", c.Target.To)
}

// authHint names the keys of the config that select an API and an account there.
func authHint(c *config.Config) string {
	account := ""
	if to, ok := apiOf(c); ok && to.account != "" {
		account = ", " + to.account
	}
	return fmt.Sprintf("check base_url%s and auth under %s: in the config", account, c.Target.To)
}
