package traffic

import (
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"usersync/sync/user"
)

// media are the types that may be shown.
var media = []string{
	"*/*", "application/json", "application/scim+json", "application/problem+json", "application/vnd.api+json", "application/x-www-form-urlencoded",
	"application/xml", "text/html", "text/plain", "text/xml",
}

// headerNames are the headers of an answer that may be named.
var headerNames = []string{
	"Accept-Ranges", "Age", "Allow", "Alt-Svc", "Cache-Control", "Connection", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location",
	"Content-Security-Policy", "Content-Type", "Date", "Etag", "Expires", "Keep-Alive", "Last-Modified", "Link", "Location", "Pragma", "Ratelimit", "Ratelimit-Limit",
	"Ratelimit-Policy", "Ratelimit-Remaining", "Ratelimit-Reset", "Referrer-Policy", "Retry-After", "Server", "Set-Cookie", "Strict-Transport-Security",
	"Transfer-Encoding", "Vary", "Via", "Www-Authenticate", "X-Cache", "X-Content-Type-Options", "X-Frame-Options", "X-Powered-By", "X-Ratelimit-Limit",
	"X-Ratelimit-Remaining", "X-Ratelimit-Reset", "Kard-Api-Usage-Quota-Capacity", "Kard-Api-Usage-Quota-Remaining", "Kard-Api-Usage-Quota-Reset",
	"X-Request-Id", "X-Amzn-Requestid", "X-Correlation-Id", "X-Amz-Cf-Id", "Cf-Ray",
}

// requestHeaders shows all names, which are ours or the config's, and harmless values.
func (m *mask) requestHeaders(h http.Header) map[string]string {
	shown := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		value := strings.Join(h[name], ", ")
		switch {
		case name == "User-Agent" && strings.HasPrefix(value, "usersync/"), name == "If-Match" && value == "*":
			shown[name] = value
		default:
			shown[name] = harmless(name, value)
		}
	}
	return shown
}

// answerHeaders shows the headers whose names are known, and counts the others.
func (m *mask) answerHeaders(c *Call) (shown map[string]string, others int) {
	shown = map[string]string{}
	for name, values := range c.Header {
		value := strings.Join(values, ", ")
		switch {
		case !slices.Contains(headerNames, http.CanonicalHeaderKey(name)):
			others++
		case c.RequestID != "" && value == c.RequestID && len(c.Records) > 0:
			shown[name] = value // it is known to repeat no value of theirs
		default:
			shown[name] = harmless(name, value)
		}
	}
	return shown, others
}

var smallNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{1,3}$`) })

// harmless returns the value of a header, or what stands for it. Numbers are shown with at
// most three digits, and times only if they are of today: any other could be a user's.
func harmless(name, value string) string {
	switch name {
	case "Accept", "Content-Type":
		if all := mediaTypes(value); all != "" {
			return all
		}
	case "Date":
		if at, err := http.ParseTime(value); err == nil && time.Since(at).Abs() < 24*time.Hour {
			return at.UTC().Format(http.TimeFormat)
		}
	case "Connection", "Transfer-Encoding", "Content-Encoding":
		if slices.Contains([]string{"close", "keep-alive", "chunked", "gzip"}, strings.ToLower(value)) {
			return strings.ToLower(value)
		}
	}
	if smallNumber().MatchString(value) {
		return value
	}
	return user.Mask
}

// mediaTypes returns the types of a list, without parameters; empty if one is not known.
func mediaTypes(list string) string {
	var all []string
	for part := range strings.SplitSeq(list, ",") {
		kind, _, err := mime.ParseMediaType(part)
		if err != nil || !slices.Contains(media, kind) {
			return ""
		}
		all = append(all, kind)
	}
	return strings.Join(all, ", ")
}
