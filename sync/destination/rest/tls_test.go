package rest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usersync/sync/destination"
)

func certificate(t *testing.T, s *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCertificates(t *testing.T) {
	start := func(change func(*tls.Config)) *httptest.Server {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.TLS = &tls.Config{}
		change(s.TLS)
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	usual := start(func(*tls.Config) {})
	strict := start(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
	strict12 := start(func(c *tls.Config) { c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12 })
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)

	if ce := do(t, t.Context(), connect(t, usual.URL, func(c *Config) { c.CAFile = certificate(t, usual) }), post); ce != nil {
		t.Errorf("with the CA: %v", ce)
	}
	for name, c := range map[string]*Client{
		"unknown authority":       connect(t, usual.URL),
		"another host":            connect(t, strings.Replace(usual.URL, "127.0.0.1", "localhost", 1), func(c *Config) { c.CAFile = certificate(t, usual) }),
		"no client cert, TLS 1.2": connect(t, strict12.URL, func(c *Config) { c.CAFile = certificate(t, strict12) }),
		"no TLS":                  connect(t, strings.Replace(plain.URL, "http:", "https:", 1)),
	} {
		ce := do(t, t.Context(), c, post)
		if ce == nil || ce.Fault != destination.Denied || ce.Code != "tls" {
			t.Errorf("%s: %v", name, ce)
		}
	}
	c := connect(t, strict.URL, func(c *Config) { c.CAFile = certificate(t, strict) })
	for tries := 0; ; tries++ { // TLS 1.3 refuses after the call was written, and a reset may overtake the alert
		ce := do(t, t.Context(), c, post)
		if ce != nil && ce.Fault == destination.Denied && ce.Code == "tls" {
			break
		}
		if ce == nil || ce.Fault != destination.PerhapsTaken || tries == 100 {
			t.Fatalf("no client cert: %v", ce)
		}
	}
	wrong := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(wrong, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*Config){
		func(c *Config) { c.CAFile = wrong },
		func(c *Config) { c.CAFile = wrong + ".absent" },
		func(c *Config) { c.CertFile = wrong },
		func(c *Config) { c.CertFile, c.KeyFile = wrong, wrong },
	} {
		config := Config{BaseURL: usual.URL}
		change(&config)
		if _, err := New(config); err == nil {
			t.Errorf("%+v is taken", config)
		}
	}
	old := start(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 })
	if ce := do(t, t.Context(), connect(t, old.URL, func(c *Config) { c.CAFile = certificate(t, old) }), post); ce == nil {
		t.Error("TLS 1.1 was taken")
	}
}

func TestProxy(t *testing.T) {
	for status, want := range map[int]destination.Fault{407: destination.Denied, 403: destination.Denied, 502: destination.NotTaken} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }))
		c := connect(t, "https://api.example", func(c *Config) { c.Proxy = proxy.URL })
		ce := do(t, t.Context(), c, post)
		if ce == nil || ce.Fault != want || ce.Code != "proxy" || !strings.Contains(ce.Error(), fmt.Sprint(status)) {
			t.Errorf("proxy %d: %v", status, ce)
		}
		proxy.Close()
	}
}

// TestMissedProxy: what is wrong with the way to a proxy says nothing about the API.
func TestMissedProxy(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for proxy, want := range map[string]struct {
		fault destination.Fault
		text  string
	}{
		gone.URL: {destination.NotTaken, "the proxy cannot be reached: 127.0.0.1:"},
		strings.Replace(plain.URL, "http:", "https:", 1): {destination.Denied, "the proxy cannot be reached: it does not speak TLS"},
	} {
		c := connect(t, "https://api.example", func(c *Config) { c.Proxy = proxy })
		ce := do(t, t.Context(), c, post)
		if ce == nil || ce.Fault != want.fault || ce.Code != "proxy" || !strings.Contains(ce.Error(), want.text) {
			t.Errorf("%s: %v", proxy, ce)
		}
	}
}

// TestNamesInCertificatesAreEscaped: the maker of a certificate chose them.
func TestNamesInCertificatesAreEscaped(t *testing.T) {
	bad := x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"\x1b]0;x\x07\nusersync: done\u202e.example"}}, Host: "localhost"}
	err := trustFault(&tls.CertificateVerificationError{Err: bad})
	if err == nil || !strings.Contains(err.Error(), `\u001b]0;x\u0007\u000ausersync: done\u202e.example`) || strings.ContainsAny(err.Error(), "\x1b\x07\n\u202e") {
		t.Errorf("%q", err)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		t.Error("the cause is lost")
	}
}
