package sftp

import (
	"context"
	"errors"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	"usersync/reader/place"
)

// login is how to log in to a server: with the key and the password of the settings; without them with
// an agent or the keys in ~/.ssh.
type login struct {
	keys     []ssh.Signer
	password string
	known    ssh.HostKeyCallback
	file     string // of the known hosts
}

func newLogin(c place.Credentials) (login, error) {
	dir, err := os.UserHomeDir()
	if err != nil {
		dir = "."
	}
	l := login{password: c.Password.Reveal(), file: c.KnownHosts}
	if l.file == "" {
		l.file = filepath.Join(dir, ".ssh", "known_hosts")
	}
	if l.known, err = knownhosts.New(l.file); err != nil {
		return l, &place.Error{Kind: place.Misused, Rule: "needs the keys of its server, and " + l.file + " cannot be read", Hint: "write them there: ssh-keyscan HOST, and compare them with what its operator says; or set known_hosts", Err: err}
	}
	if text := c.Key.Reveal(); text != "" {
		key, err := ssh.ParsePrivateKey([]byte(text))
		if err != nil {
			return l, &place.Error{Kind: place.Misused, Rule: "cannot be opened: sftp_key is not a private key without a passphrase", Hint: "make one for this job: ssh-keygen -t ed25519 -N '' -f KEY", Err: err}
		}
		l.keys = append(l.keys, key)
	} else if l.password == "" {
		l.keys = keysIn(filepath.Join(dir, ".ssh"))
	}
	return l, nil
}

// keysIn are the private keys in a directory that need no passphrase.
func keysIn(dir string) (keys []ssh.Signer) {
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		if key, err := ssh.ParsePrivateKey(text); err == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// conn is a connection to a server.
type conn struct {
	*sftp.Client
	raw net.Conn
}

// cut breaks the connection, whatever waits for it.
func (c *conn) cut() { _ = c.raw.Close() }

// Close ends the connection. The client waits for the server to end it, so it is broken first.
func (c *conn) Close() error {
	c.cut()
	_ = c.Client.Close()
	return nil
}

// handshake is how long a login may take.
const handshake = 30 * time.Second

func (l *login) dial(ctx context.Context, u place.URL) (*conn, error) {
	name := u.User
	if name == "" {
		current, err := user.Current()
		if err != nil {
			return nil, &place.Error{Kind: place.Misused, Rule: "names no user", Hint: "write sftp://USER@HOST/PATH", Err: err}
		}
		name = current.Username
	}
	at := u.Host
	if _, _, err := net.SplitHostPort(at); err != nil {
		at = net.JoinHostPort(strings.Trim(at, "[]"), "22")
	}
	ctx, cancel := context.WithTimeout(ctx, handshake)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", at)
	if err != nil {
		return nil, place.Unreachable(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	auth, done := l.methods()
	defer done()
	c, err := l.shake(raw, at, &ssh.ClientConfig{User: name, Auth: auth, HostKeyCallback: l.known, HostKeyAlgorithms: l.algorithms(at)})
	if err != nil {
		return nil, errors.Join(l.explain(err), raw.Close())
	}
	return c, nil
}

func (l *login) shake(raw net.Conn, at string, config *ssh.ClientConfig) (*conn, error) {
	shell, channels, requests, err := ssh.NewClientConn(raw, at, config)
	if err != nil {
		return nil, err
	}
	client, err := sftp.NewClient(ssh.NewClient(shell, channels, requests))
	if err != nil {
		return nil, err
	}
	return &conn{client, raw}, nil
}

// methods are the ways to log in; done ends the connection to an agent.
func (l *login) methods() (auth []ssh.AuthMethod, done func()) {
	done = func() {}
	if len(l.keys) > 0 {
		auth = append(auth, ssh.PublicKeys(l.keys...))
	} else if socket, err := net.Dial("unix", os.Getenv("SSH_AUTH_SOCK")); err == nil && l.password == "" {
		auth = append(auth, ssh.PublicKeysCallback(agent.NewClient(socket).Signers))
		done = func() { _ = socket.Close() }
	}
	if l.password != "" {
		auth = append(auth, ssh.Password(l.password))
	}
	return auth, done
}

// algorithms are those of the keys that are known of a server: it must not show another one,
// which would look like a forged key.
func (l *login) algorithms(at string) (all []string) {
	var unknown *knownhosts.KeyError
	if err := l.known(at, &net.TCPAddr{}, noKey{}); !errors.As(err, &unknown) {
		return nil
	}
	for _, key := range unknown.Want {
		if kind := key.Key.Type(); kind == ssh.KeyAlgoRSA {
			all = append(all, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			all = append(all, kind)
		}
	}
	return all
}

// noKey is a key that no server has.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return nil }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }

// explain says why a login failed.
func (l *login) explain(err error) error {
	var unknown *knownhosts.KeyError
	var revoked *knownhosts.RevokedError
	switch {
	case errors.As(err, &unknown) && len(unknown.Want) > 0, errors.As(err, &revoked):
		return &place.Error{Kind: place.Denied, Rule: "has a server whose key is not the one in " + l.file, Hint: "ask its operator whether the key was changed; if not, someone stands between", Err: err}
	case errors.As(err, &unknown):
		return &place.Error{Kind: place.Denied, Rule: "has a server whose key is not in " + l.file, Hint: "add it: ssh-keyscan HOST, and compare it with what its operator says", Err: err}
	case strings.Contains(err.Error(), "unable to authenticate"):
		return place.Refused("", err)
	}
	return place.Unreachable(err)
}
