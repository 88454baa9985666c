package rest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// transport returns the RoundTripper, and whether its trace can be trusted. HTTP/2
// is off by default: with one call of 100 users at a time per connection it gains
// nothing, and a shared connection cannot say which call was written.
func (c Config) transport() (http.RoundTripper, bool, error) {
	if c.Transport != nil {
		return c.Transport, false, nil
	}
	security, err := c.security()
	if err != nil {
		return nil, false, err
	}
	proxy, err := c.proxy()
	if err != nil {
		return nil, false, err
	}
	dial := c.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(c.HTTP2)
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: proxyAnswer,
		DialContext:            metered(dial),
		TLSClientConfig:        security,
		TLSHandshakeTimeout:    10 * time.Second,
		Protocols:              protocols,
		MaxConnsPerHost:        c.MaxConns,
		MaxIdleConnsPerHost:    c.MaxConns,
		IdleConnTimeout:        30 * time.Second, // below the 60 s of common gateways, so that the client closes first
		DisableCompression:     true,             // decompressing costs more than the bytes save
		MaxResponseHeaderBytes: 1 << 20,
		WriteBufferSize:        c.bufferBytes(),
		ReadBufferSize:         c.bufferBytes(),
	}, !c.HTTP2, nil
}

// bufferBytes is the size of each of the two buffers of a connection. A batch of 100 users
// goes out in one write, unless there may be so many connections that their buffers take
// more memory than the records.
func (c Config) bufferBytes() int {
	if c.MaxConns > 64 {
		return 4 << 10
	}
	return 32 << 10
}

func (c Config) security() (*tls.Config, error) {
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	security := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	if (c.CertFile == "") != (c.KeyFile == "") {
		return nil, errors.New("a client certificate needs both the certificate and the key file")
	}
	if c.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("load the client certificate: %w", err)
		}
		security.Certificates = []tls.Certificate{pair}
	}
	return security, nil
}

// roots returns the authorities to trust; nil means only the system's.
func (c Config) roots() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read the CA file: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a system without authorities
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the CA file %s holds no certificate in PEM form", c.CAFile)
	}
	return roots, nil
}

func (c Config) proxy() (func(*http.Request) (*url.URL, error), error) {
	switch c.Proxy {
	case "":
		return http.ProxyFromEnvironment, nil
	case "none":
		return nil, nil
	}
	u, err := url.Parse(c.Proxy)
	if err != nil || u.Host == "" {
		return nil, errors.New("proxy is not a URL; write it in full, such as http://proxy.example.com:3128, or none")
	}
	return http.ProxyURL(u), nil
}
