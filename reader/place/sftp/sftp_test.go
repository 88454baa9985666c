package sftp

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"usersync/reader/place"
	"usersync/sync/user"
)

// server is an SFTP server on this machine's files, whose connections end after some bytes.
type server struct {
	at       string // host:port
	cutAfter int64  // bytes to the client; 0: none is cut
	key      user.Secret
	known    string // file
	serve    func(channel io.ReadWriteCloser) error
}

func newSigner(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(pem.EncodeToMemory(block))
}

func startServer(t *testing.T, cutAfter int64) *server {
	t.Helper()
	host, _ := newSigner(t)
	client, text := newSigner(t)
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if !bytes.Equal(key.Marshal(), client.PublicKey().Marshal()) {
				return nil, errors.New("unknown key")
			}
			return nil, nil
		},
		PasswordCallback: func(c ssh.ConnMetadata, p []byte) (*ssh.Permissions, error) {
			if c.User() != "feeds" || string(p) != "pa55" {
				return nil, errors.New("wrong password")
			}
			return nil, nil
		},
	}
	config.AddHostKey(host)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &server{at: l.Addr().String(), cutAfter: cutAfter, key: user.NewSecret(text), known: filepath.Join(t.TempDir(), "known_hosts"), serve: serveDisk}
	line := knownhosts.Line([]string{knownhosts.Normalize(s.at)}, host.PublicKey())
	if err := os.WriteFile(s.known, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.accept(&cutConn{Conn: conn, left: cutAfter, cuts: cutAfter > 0}, config)
		}
	}()
	return s
}

func (s *server) accept(conn net.Conn, config *ssh.ServerConfig) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for one := range channels {
		channel, requests, err := one.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		_ = s.serve(channel)
	}
}

// serveDisk serves this machine's files.
func serveDisk(channel io.ReadWriteCloser) error {
	s, err := sftp.NewServer(channel)
	if err == nil {
		err = s.Serve()
	}
	return err
}

// cutConn breaks after some bytes were written.
type cutConn struct {
	net.Conn
	left int64
	cuts bool
}

func (c *cutConn) Write(p []byte) (int, error) {
	if c.left -= int64(len(p)); c.cuts && c.left < 0 {
		return 0, errors.Join(net.ErrClosed, c.Conn.Close())
	}
	return c.Conn.Write(p)
}

func (s *server) credentials() place.Credentials {
	return place.Credentials{Key: s.key, KnownHosts: s.known}
}

func opener(c place.Credentials) *place.Opener {
	o := &place.Opener{Wait: func(int) time.Duration { return 0 },
		Stores: func(_ string, c place.Credentials) (place.Store, error) { return New(c) }}
	o.Use(c)
	return o
}

func (s *server) url(path string) string { return "sftp://feeds@" + s.at + path }

func file(t *testing.T, size int) (path string, content []byte) {
	t.Helper()
	content = make([]byte, size)
	_, _ = rand.Read(content)
	path = filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, content
}

// A connection that is cut again and again changes nothing about the bytes.
func TestReadsExactlyTheFile(t *testing.T) {
	for name, cutAfter := range map[string]int64{"a good server": 0, "a connection that is cut": 1_500_000} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, cutAfter)
			path, want := file(t, 5_000_000)
			r, err := opener(s.credentials()).Open(t.Context(), s.url(path))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if err := r.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A file that is written to, or that another one replaces while there is no connection, is not
// read further.
func TestChangedFile(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"longer": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteString("more")
			}
			return errors.Join(err, f.Close())
		},
		"shorter": func(path string) error { return os.Truncate(path, 100) },
		"another date": func(path string) error {
			return os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour))
		},
		"removed": os.Remove,
	} {
		for _, cutAfter := range []int64{0, 2_500_000} {
			if name == "removed" && cutAfter == 0 {
				continue // a file that is open is still there
			}
			s := startServer(t, cutAfter)
			path, _ := file(t, 5_000_000)
			r, err := opener(s.credentials()).Open(t.Context(), s.url(path))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if _, err := io.ReadFull(r, make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			_, err = io.ReadAll(r)
			if kind, _ := place.KindOf(err); err == nil || kind != place.Changed {
				t.Errorf("%s, cut after %d: %v", name, cutAfter, err)
			}
		}
	}
}

// A server is believed only if its key is known, and a login only with the right credentials.
func TestLogin(t *testing.T) {
	s, other := startServer(t, 0), startServer(t, 0)
	path, _ := file(t, 10)
	none := filepath.Join(t.TempDir(), "none")
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	forged, err := os.ReadFile(other.known)
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, bytes.ReplaceAll(forged, []byte(port(other.at)), []byte(port(s.at))), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		given place.Credentials
		says  string
	}{
		"a key":          {s.credentials(), ""},
		"a password":     {place.Credentials{Password: user.NewSecret("pa55"), KnownHosts: s.known}, ""},
		"another key":    {place.Credentials{Key: other.key, KnownHosts: s.known}, "may not be read"},
		"a wrong word":   {place.Credentials{Password: user.NewSecret("guess"), KnownHosts: s.known}, "may not be read"},
		"no known hosts": {place.Credentials{Key: s.key, KnownHosts: none}, "cannot be read"},
		"unknown host":   {place.Credentials{Key: s.key, KnownHosts: empty}, "is not in " + empty},
		"forged host":    {place.Credentials{Key: s.key, KnownHosts: wrong}, "is not the one in " + wrong},
		"not a key":      {place.Credentials{Key: user.NewSecret("secret text"), KnownHosts: s.known}, "not a private key"},
	} {
		r, err := opener(c.given).Open(t.Context(), s.url(path))
		if err == nil {
			err = errors.Join(err, r.Close())
		}
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret text")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func port(at string) string {
	_, p, _ := net.SplitHostPort(at)
	return p
}

// A pattern lists files, sorted, and no directories; what is written appears as a whole.
func TestListAndPut(t *testing.T) {
	s, dir := startServer(t, 0), t.TempDir()
	o := opener(s.credentials())
	for _, name := range []string{"b.csv", "a.csv", "c.txt"} {
		if err := o.Put(t.Context(), s.url(dir+"/feeds"), name, strings.NewReader("id\n"), 3); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(dir+"/feeds/d.csv", 0o700); err != nil {
		t.Fatal(err)
	}
	got, is, err := o.Expand(t.Context(), s.url(dir+"/feeds/*.csv"))
	if want := []string{s.url(dir + "/feeds/a.csv"), s.url(dir + "/feeds/b.csv")}; err != nil || !is || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := o.Open(t.Context(), s.url(dir+"/none.csv")); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := o.Open(t.Context(), s.url(dir+"/feeds")); err == nil {
		t.Error("a directory was opened")
	}
	if left, _ := filepath.Glob(dir + "/feeds/*.partial"); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// A listing that breaks off is an error, and never a shorter list: the users of a file that is not
// in it would be missing from the input.
func TestListIsWhole(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for i := range 40 {
		name := fmt.Sprintf("%s/%d/users-%02d.csv", dir, i%4, i)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	slices.Sort(want)
	failed := 0
	for cutAfter := int64(2000); cutAfter < 9000; cutAfter += 150 {
		s := startServer(t, cutAfter)
		all, _, err := opener(s.credentials()).Expand(t.Context(), s.url(dir+"/*/users-*.csv"))
		for i := range all {
			all[i] = strings.TrimPrefix(all[i], s.url(""))
		}
		if err != nil {
			failed++
		} else if !slices.Equal(all, want) {
			t.Errorf("cut after %d bytes: %d files", cutAfter, len(all))
		}
	}
	if failed == 0 {
		t.Error("no list was cut off")
	}
}

// bare is a file whose server does not say how long it is.
type bare struct{ fs.FileInfo }

func (bare) Size() int64 { return 0 }

// A server that does not say how long a file is cannot show that its end has come.
func TestSizeIsSaid(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty.csv": "", "users.csv": "id\n1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := startServer(t, 0)
	s.serve = func(channel io.ReadWriteCloser) error {
		return sftp.NewRequestServer(channel, sftp.Handlers{FileGet: files(dir), FileList: files(dir)}).Serve()
	}
	o := opener(s.credentials())
	_, err := o.Open(t.Context(), s.url("/users.csv"))
	if kind, ok := place.KindOf(err); !ok || kind != place.Broken || !strings.Contains(err.Error(), "does not say how long it is") {
		t.Errorf("a file without a size: %v", err)
	}
	r, err := o.Open(t.Context(), s.url("/empty.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if text, err := io.ReadAll(r); err != nil || len(text) > 0 {
		t.Errorf("an empty file: %q, %v", text, err)
	}
}

// files serves a directory, and says nothing about sizes.
type files string

func (f files) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	return os.Open(filepath.Join(string(f), r.Filepath))
}

func (f files) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	info, err := os.Stat(filepath.Join(string(f), r.Filepath))
	return one{info}, err
}

// one is a listing of one file.
type one struct{ fs.FileInfo }

func (o one) ListAt(to []fs.FileInfo, offset int64) (int, error) {
	if offset > 0 {
		return 0, io.EOF
	}
	to[0] = bare(o)
	return 1, nil
}
