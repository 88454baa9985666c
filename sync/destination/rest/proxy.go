package rest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
)

const codeProxy = "proxy"

var errPlainProxy = errors.New("it does not speak TLS; begin its address with http://")

// missedProxy returns why a proxy cannot be reached; nil if that is not the error.
func missedProxy(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return op.Err
	}
	return nil
}

// proxyError reports a proxy that refused to connect.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return "the proxy answered " + strconv.Itoa(e.status) }

func proxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyError{answer.StatusCode}
	}
	return nil
}

// denyingProxy reports whether a proxy refused our credentials or the address.
func denyingProxy(err error) bool {
	proxy, ok := errors.AsType[*proxyError](err)
	return ok && (proxy.status == http.StatusProxyAuthRequired || proxy.status == http.StatusForbidden)
}
