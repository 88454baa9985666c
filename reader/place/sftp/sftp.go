// Package sftp reads objects from servers of SFTP, whose keys known_hosts holds.
//
// An object has no version there: its size and its time of change stand for one, and are
// compared while it is read, as for a local file. Start at New.
package sftp

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"

	"usersync/reader/place"
)

// Store is what SFTP servers offer. It is safe for concurrent use.
type Store struct{ login login }

// New returns the store. It asks no server.
func New(c place.Credentials) (*Store, error) {
	l, err := newLogin(c)
	if err != nil {
		return nil, err
	}
	return &Store{login: l}, nil
}

// How long a server may take to open a file, and to list a pattern.
const (
	opening = time.Minute
	listing = 5 * time.Minute
)

// Open opens an object on a connection of its own.
func (s *Store) Open(ctx context.Context, u place.URL, _ string) (place.Object, error) {
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	o := &object{store: s, url: u}
	if err := o.open(ctx); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	defer context.AfterFunc(ctx, o.conn.cut)()
	info, err := o.file.Stat()
	if err != nil {
		return nil, errors.Join(remoteError(err), o.Close())
	}
	if !info.Mode().IsRegular() {
		return nil, errors.Join(&place.Error{Kind: place.Misused, Rule: "is not a regular file", Hint: "name a file, or a pattern such as " + u.String() + "/*.csv"}, o.Close())
	}
	o.version = versionOf(info)
	if err := o.saysItsSize(); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

func versionOf(info fs.FileInfo) place.Version {
	return place.Version{Size: info.Size(), Modified: info.ModTime().UTC()}
}

// List calls found with the files that match the path of u.
func (s *Store) List(ctx context.Context, u place.URL, _ string, found func(string)) (err error) {
	ctx, cancel := context.WithTimeout(ctx, listing)
	defer cancel()
	c, err := s.login.dial(ctx, u)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	defer context.AfterFunc(ctx, c.cut)()
	return match(c, "", strings.Split(remotePath(u), "/"), func(p string) { found(urlPath(u, p)) })
}

// home begins paths that are relative to the directory where a login leads.
const home = "/~/"

// remotePath is the path of u on its server.
func remotePath(u place.URL) string {
	if rest, ok := strings.CutPrefix(u.Path, home); ok {
		return rest
	}
	return u.Path
}

// urlPath undoes remotePath.
func urlPath(u place.URL, remote string) string {
	if strings.HasPrefix(u.Path, home) {
		return home + remote
	}
	return remote
}

// Put writes an object under another name and then renames it.
func (s *Store) Put(ctx context.Context, u place.URL, content io.ReadSeeker, _ int64) (err error) {
	c, err := s.login.dial(ctx, u)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	defer context.AfterFunc(ctx, c.cut)()
	to := remotePath(u)
	partial := to + "." + rand.Text()[:6] + ".partial" // another process may write the same object
	if err := c.MkdirAll(path.Dir(to)); err != nil {
		return remoteError(err)
	}
	file, err := c.Create(partial)
	if err != nil {
		return remoteError(err)
	}
	_, err = file.ReadFrom(content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = c.PosixRename(partial, to)
	}
	if err != nil {
		_ = c.Remove(partial) // if the connection is still there
	}
	return remoteError(err)
}

// remoteError is the error of a server, or of the connection to it.
func remoteError(err error) error {
	var status *sftp.StatusError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return place.Absent(err)
	case errors.Is(err, fs.ErrPermission):
		return place.Refused("", err)
	case errors.As(err, &status) && status.FxCode() != sftp.ErrSSHFxConnectionLost && status.FxCode() != sftp.ErrSSHFxNoConnection:
		return &place.Error{Kind: place.Broken, Rule: "cannot be read or written: its server answers " + strings.TrimPrefix(status.FxCode().Error(), "sftp: "), Err: err}
	}
	return place.Unreachable(err)
}
