// Package address gives the base URL of an API one spelling, so that two spellings of one
// address are one account, and two addresses are two.
//
// It resolves no names and makes no calls. Start at BaseURL.
package address

import (
	"errors"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// BaseURL returns the one spelling of the base URL of an API, by which it is told
// from another: two that differ in the path are two APIs, two spellings of one URL
// are one. It follows RFC 3986 6.2.2 and 6.2.3:
//   - scheme and host in lower case, the host in ASCII (UTS 46, as net/http looks
//     it up), without the dot at its end, an IPv6 address as RFC 5952 writes it;
//   - no port if it is empty or the scheme's own;
//   - in the path, escapes of unreserved characters decoded and others in upper
//     case, what must be escaped escaped, . and .. resolved, each run of slashes
//     one slash, none at the end.
//
// Names are not resolved: localhost and 127.0.0.1 are two. The letter case of a
// path, and an escaped slash, make a difference. BaseURL of its own result is that
// result.
//
// Only http and https are URLs of an API, and user, query and fragment have no
// place in one. The errors do not hold the text, which may hold a password.
func BaseURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("not an http or https URL; write it in full, such as https://api.example.com")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("a base URL must hold neither user, query nor fragment")
	}
	host, err := canonicalHost(u)
	if err != nil {
		return "", err
	}
	port, err := canonicalPort(u)
	if err != nil {
		return "", err
	}
	return u.Scheme + "://" + host + port + canonicalPath(u), nil
}

var errHost = errors.New("the URL's host is not a name or an address")

func canonicalHost(u *url.URL) (string, error) {
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		address, err := netip.ParseAddr(host)
		if err != nil || !address.Is6() {
			return "", errHost
		}
		if zone := address.Zone(); zone != "" { // RFC 6874 2
			return "[" + address.WithZone("").String() + "%25" + url.PathEscape(zone) + "]", nil
		}
		return "[" + address.String() + "]", nil
	}
	if !onlyASCII(host) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", errHost
		}
		host = ascii
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool { return !isUnreserved(byte(r)) }) {
			return "", errHost
		}
	}
	return host, nil
}

func canonicalPort(u *url.URL) (string, error) {
	text := u.Port()
	if text == "" {
		return "", nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	switch {
	case err != nil:
		return "", errors.New("the URL's port is above 65535")
	case u.Scheme == "http" && port == 80, u.Scheme == "https" && port == 443:
		return "", nil
	}
	return ":" + strconv.FormatUint(port, 10), nil
}

func canonicalPath(u *url.URL) string {
	raw := u.RawPath
	if raw == "" {
		raw = u.EscapedPath()
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		c, escaped := raw[i], false
		if c == '%' { // two hexadecimal digits follow: the URL was parsed
			n, _ := strconv.ParseUint(raw[i+1:i+3], 16, 8)
			c, escaped, i = byte(n), true, i+2
		}
		if isUnreserved(c) || !escaped && strings.IndexByte("/!$&'()*+,;=:@", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const digits = "0123456789ABCDEF"
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	if clean := path.Clean("/" + b.String()); clean != "/" {
		return clean
	}
	return ""
}

// isUnreserved is RFC 3986 2.3.
func isUnreserved(c byte) bool { return letterOrDigit(c) || strings.IndexByte("-._~", c) >= 0 }

func onlyASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

func letterOrDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
