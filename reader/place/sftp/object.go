package sftp

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/pkg/sftp"

	"usersync/reader/place"
)

// object is a file that is open, on a connection of its own, unless that was lost.
type object struct {
	store   *Store
	url     place.URL
	version place.Version
	conn    *conn      // nil if it was lost
	file    *sftp.File // nil with conn
}

// open connects, and opens the file.
func (o *object) open(ctx context.Context) (err error) {
	if o.conn, err = o.store.login.dial(ctx, o.url); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, o.conn.cut)
	o.file, err = o.conn.Open(remotePath(o.url))
	stop()
	return remoteError(err)
}

// saysItsSize returns an error if a file of no bytes has one: a server that does not say how long
// its files are looks like that, and nothing would show whether the end of one is missing.
func (o *object) saysItsSize() error {
	if o.version.Size > 0 {
		return nil
	}
	n, err := o.file.ReadAt(make([]byte, 1), 0)
	if n > 0 {
		return &place.Error{Kind: place.Broken, Rule: "is listed as empty but has bytes: its server does not say how long it is, or it is still being written",
			Hint: "try again when it is written; if that does not help, fetch it to a local file first"}
	}
	if err == io.EOF {
		return nil
	}
	return remoteError(err)
}

// Version is what was pinned.
func (o *object) Version() place.Version { return o.version }

// From moves to an offset, on a new connection if there is none.
func (o *object) From(ctx context.Context, offset int64) (io.ReadCloser, error) {
	if o.file == nil {
		if err := o.open(ctx); err != nil {
			return nil, errors.Join(moved(err), o.Close())
		}
	}
	b := &body{object: o, stop: context.AfterFunc(ctx, o.conn.cut)}
	_, err := o.file.Seek(offset, io.SeekStart)
	if err = errors.Join(remoteError(err), o.unchanged()); err != nil {
		return nil, errors.Join(err, b.Close(), o.Close())
	}
	return b, nil
}

// moved makes an object that is not there any more one that was replaced.
func moved(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return place.Replaced(err)
	}
	return err
}

// unchanged compares the open file with what was pinned.
func (o *object) unchanged() error {
	info, err := o.file.Stat()
	if err != nil {
		return remoteError(err)
	}
	if !versionOf(info).Same(o.version) {
		return place.Replaced(nil)
	}
	return nil
}

// Check compares the file with what was pinned.
func (o *object) Check(ctx context.Context) error {
	b, err := o.From(ctx, 0)
	if err != nil {
		return err
	}
	return b.Close()
}

// Close ends the connection. The object can be read again after it.
func (o *object) Close() error {
	if o.conn == nil {
		return nil
	}
	if o.file != nil {
		_ = o.file.Close() // it was only read, and the connection may be lost
	}
	err := o.conn.Close()
	o.conn, o.file = nil, nil
	return err
}

// blockBytes are asked for at a time, in several requests in parallel: a request takes as long as
// a message to the server and back.
const blockBytes = 1 << 20

// body reads the open file block by block, and hands out a block when the file has proved
// unchanged after it was read.
type body struct {
	object *object
	stop   func() bool
	block  []byte
	ready  []byte // of block
	err    error
}

// Read reads on. After an error the connection is given up.
func (b *body) Read(p []byte) (int, error) {
	if len(b.ready) == 0 && b.err == nil {
		b.fill()
	}
	if len(b.ready) == 0 {
		return 0, b.err
	}
	n := copy(p, b.ready)
	b.ready = b.ready[n:]
	return n, nil
}

func (b *body) fill() {
	if b.block == nil {
		b.block = make([]byte, blockBytes)
	}
	n, err := io.ReadFull(b.object.file, b.block)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	if err == nil || err == io.EOF {
		if changed := b.object.unchanged(); changed != nil {
			n, err = 0, changed
		}
	}
	b.ready, b.err = b.block[:n], err
}

// Close ends reading. It keeps the connection unless that was lost.
func (b *body) Close() error {
	b.stop()
	if b.err == nil || b.err == io.EOF {
		return nil
	}
	return b.object.Close()
}
