// Package web reads objects over https, and over http.
//
// It pins a strong entity tag or, without one, the date and the length; every answer that
// continues an object is compared with them. Start at New.
package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"usersync/reader/place"
	"usersync/sync/user"
)

// Store is what https servers offer. It is safe for concurrent use.
type Store struct {
	client *http.Client
	token  user.Secret
}

// New returns the store. The token, if there is one, is sent to https servers alone.
func New(token user.Secret) *Store {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // offsets are those of the bytes as stored
	transport.ResponseHeaderTimeout = time.Minute
	transport.DialContext = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	return &Store{client: &http.Client{Transport: transport, CheckRedirect: checkRedirect}, token: token}
}

// errDowngrade is a redirect from https to http.
var errDowngrade = &place.Error{Kind: place.Broken, Rule: "is redirected from https to http, which is not followed", Hint: "name the URL that it is redirected to"}

// errRedirects is a redirect that leads to too many others.
var errRedirects = &place.Error{Kind: place.Broken, Rule: "is redirected more than ten times"}

// errMoved is a redirect of a file that is written. The client would get what is there, and not
// write anything.
var errMoved = &place.Error{Kind: place.Broken, Rule: "is redirected, which is not followed when a file is written", Hint: "name the URL that it is redirected to"}

func checkRedirect(to *http.Request, via []*http.Request) error {
	switch {
	case via[0].Method != http.MethodGet:
		return errMoved
	case via[0].URL.Scheme == "https" && to.URL.Scheme != "https":
		return errDowngrade
	case len(via) > 10:
		return errRedirects
	}
	return nil
}

// Open gets an object. What is read first comes with the same answer.
func (s *Store) Open(ctx context.Context, u place.URL, id string) (place.Object, error) {
	if strings.ContainsAny(u.Path, "*") {
		return nil, &place.Error{Kind: place.Misused, Rule: "has a star in its path, and an https server lists nothing", Hint: "name each file"}
	}
	ctx, cut := context.WithCancel(ctx)
	o := &object{store: s, url: address(u), version: place.Version{ID: id}, cut: cut}
	header := http.Header{}
	if id != "" {
		header.Set("If-Match", id)
	}
	answer, err := s.get(ctx, http.MethodGet, o.url, header)
	if err != nil {
		cut()
		return nil, err
	}
	if err := o.begin(answer); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// List fails: HTTP has no listing.
func (s *Store) List(context.Context, place.URL, string, func(string)) error {
	return &place.Error{Kind: place.Misused, Rule: "is a pattern, and an https server lists nothing", Hint: "name each file"}
}

// Put writes an object with the method PUT.
func (s *Store) Put(ctx context.Context, u place.URL, content io.ReadSeeker, size int64) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address(u), io.NopCloser(content))
	if err != nil {
		return invalid()
	}
	request.ContentLength = size
	answer, err := s.do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

func address(u place.URL) string {
	text := u.String()
	if u.Query != "" {
		text += "?" + u.Query
	}
	return text
}

func invalid() error {
	return &place.Error{Kind: place.Misused, Rule: "is not a valid URL", Hint: "write special characters in its path as % and two hex digits"}
}

func (s *Store) get(ctx context.Context, method, address string, header http.Header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, invalid()
	}
	request.Header = header
	request.Header.Set("Accept-Encoding", "identity")
	return s.do(request)
}

// do makes a call. An answer that is not a success is a *place.Error.
func (s *Store) do(request *http.Request) (*http.Response, error) {
	request.Header.Set("User-Agent", "usersync")
	if token := s.token.Reveal(); token != "" {
		if request.URL.Scheme != "https" && !loopback(request.URL) {
			return nil, &place.Error{Kind: place.Misused, Rule: "is http, and https_token is sent to https servers only", Hint: "use https"}
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, failed(err)
	}
	if err := statusError(answer); err != nil {
		return nil, errors.Join(err, answer.Body.Close())
	}
	return answer, nil
}

func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// failed is the error of a call without an answer. It drops the text of the error, which holds
// the URL.
func failed(err error) error {
	if e, ok := errors.AsType[*place.Error](err); ok {
		return e
	}
	return place.Unreachable(err)
}

// statusError is the error of an answer that is not a success.
func statusError(answer *http.Response) error {
	switch status := answer.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusNotFound, status == http.StatusGone:
		return place.Absent(nil)
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusProxyAuthRequired:
		return place.Refused("HTTP-"+answer.Status[:3], nil)
	case status == http.StatusPreconditionFailed, status == http.StatusRequestedRangeNotSatisfiable:
		return place.Replaced(nil)
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests, status >= 500 && status != http.StatusNotImplemented:
		return &place.Error{Kind: place.Lost, Rule: "cannot be reached: its server answers HTTP " + answer.Status[:3], Hint: "run again when the server works"}
	default:
		return &place.Error{Kind: place.Broken, Rule: "cannot be read: its server answers HTTP " + answer.Status[:3], Hint: "check the URL"}
	}
}
