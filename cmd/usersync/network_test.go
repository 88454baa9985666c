package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"usersync/sync/sandbox"
)

// bankHost is the API in a bank's network: only the proxy can resolve its name, its
// certificate is signed by the bank's own authority, and it requires a client
// certificate.
const bankHost = "users.bank.example"

// authority issues certificates into a directory.
type authority struct {
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	a := &authority{dir: t.TempDir(), pool: x509.NewCertPool()}
	a.cert, a.key = a.issue(t, "ca", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.pool.AddCert(a.cert)
	return a
}

// issue writes NAME.pem and NAME.key.
func (a *authority) issue(t *testing.T, name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	a.write(t, name+".pem", "CERTIFICATE", der)
	a.write(t, name+".key", "PRIVATE KEY", secret)
	issued, err := x509.ParseCertificate(der)
	must(t, err)
	return issued, key
}

func (a *authority) write(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(a.dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bank serves the sandbox over TLS to clients with a certificate from a.
func bank(t *testing.T, a *authority) (*sandbox.Server, *httptest.Server) {
	a.issue(t, "api", &x509.Certificate{DNSNames: []string{bankHost}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	pair, err := tls.LoadX509KeyPair(filepath.Join(a.dir, "api.pem"), filepath.Join(a.dir, "api.key"))
	must(t, err)
	api := sandbox.New(sandbox.Options{RequireAuth: true})
	s := httptest.NewUnstartedServer(api)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool}
	s.StartTLS()
	t.Cleanup(s.Close)
	return api, s
}

// proxy connects clients that know the password with the address to, whatever host they
// ask for, and counts the connections.
func proxy(t *testing.T, to string) (url string, tunnels *atomic.Int32) {
	tunnels = new(atomic.Int32)
	password := "Basic " + base64.StdEncoding.EncodeToString([]byte("nightly:pr0xy-w0rd"))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Proxy-Authorization") != password:
			w.WriteHeader(http.StatusProxyAuthRequired)
		case r.Method != http.MethodConnect || r.Host != bankHost+":443":
			w.WriteHeader(http.StatusForbidden)
		default:
			tunnels.Add(1)
			tunnel(w, to)
		}
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), tunnels
}

func tunnel(w http.ResponseWriter, to string) {
	far, err := net.Dial("tcp", to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer far.Close()
	near, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { io.Copy(far, near); far.(*net.TCPConn).CloseWrite() }()
	io.Copy(near, far)
}

// TestBankNetwork runs the program with a custom CA, a client certificate, client
// credentials and a proxy, then with one of them missing or wrong.
func TestBankNetwork(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.issue(t, "us", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	api, server := bank(t, a)
	address, tunnels := proxy(t, server.Listener.Addr().String())
	const (
		ca   = "tls: {ca: ca.pem, cert: us.pem, key: us.key}\n"
		base = "to: kard\nkard: {base_url: 'https://" + bankHost + "/', organization: o-1, auth: {client_id: c, client_secret: env:KARD_SECRET}}\n"
	)
	through := "http://nightly:pr0xy-w0rd@" + address
	for _, test := range []struct {
		name, config string
		env          []string
		exit         int
		want         string
	}{
		{"the proxy of the config", base + ca + "proxy: env:BANK_PROXY\n", []string{"BANK_PROXY=" + through}, 0, "2  created"},
		{"the proxy of the environment", base + ca, []string{"HTTPS_PROXY=" + through}, 0, "2  unchanged"},
		{"a wrong password", base + ca + "proxy: env:BANK_PROXY\n", []string{"BANK_PROXY=http://nightly:wr0ng-w0rd@" + address}, 7, "the proxy answered 407"},
		{"no CA", base + "tls: {cert: us.pem, key: us.key}\n", []string{"HTTPS_PROXY=" + through}, 7, "certificate signed by unknown authority"},
		{"no certificate of ours", base + "tls: {ca: ca.pem}\n", []string{"HTTPS_PROXY=" + through}, 7, "certificate required"},
		{"another name", strings.Replace(base, bankHost, "other.bank.example", 1) + ca, []string{"HTTPS_PROXY=" + through}, 7, "the proxy answered 403"},
	} {
		t.Run(test.name, func(t *testing.T) {
			must(t, os.WriteFile(filepath.Join(a.dir, "usersync.yaml"), []byte(test.config), 0o600))
			must(t, os.WriteFile(filepath.Join(a.dir, "users.csv"), []byte("id,enrolled_rewards\nu-1,CARDLINKED\nu-2,CARDLINKED\n"), 0o600))
			out, exit := program(t, a.dir, test.env)
			if exit != test.exit || !strings.Contains(out, test.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s", exit, test.exit, test.want, out)
			}
			if strings.Contains(out, "w0rd") || strings.Contains(out, "kard-s3cret") {
				t.Errorf("the output holds a password:\n%s", out)
			}
		})
	}
	if n := api.State().Users; n != 2 || tunnels.Load() == 0 {
		t.Errorf("%d users came through %d tunnels", n, tunnels.Load())
	}
}

// program runs the program in dir as a process of its own, because a process reads the
// proxy from the environment only once. It returns everything printed or written to files.
func program(t *testing.T, dir string, env []string) (printed string, exit int) {
	t.Helper()
	runs := filepath.Join(t.TempDir(), "runs")
	cmd := exec.Command(os.Args[0])
	cmd.Args = []string{"usersync", "run", "--retries", "0", "--rate", "unlimited", "--runs-dir", runs, "--log-level", "debug", "users.csv"}
	cmd.Dir, cmd.Env = dir, append(env, "KARD_SECRET=kard-s3cret", "HOME="+dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(runs, "*", "*"))
	must(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		must(t, err)
		out.Write(text)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}
