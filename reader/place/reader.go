package place

import (
	"context"
	"errors"
	"io"
	"time"
)

// Reader reads the pinned version of an object from its first byte to its last. A lost
// connection is continued at the exact byte. It returns io.EOF only when every byte that was
// declared has come. It is for one goroutine.
type Reader struct {
	opener  *Opener
	object  Object
	version Version

	// ctx is that of Open: a Read has no other way to end early.
	ctx     context.Context
	body    io.ReadCloser // nil while there is no connection
	cut     context.CancelFunc
	stalled *time.Timer

	offset   int64
	lost     int // connections in a row that brought nothing
	failures int // connections that were lost
	err      error
	checked  time.Time
}

func newReader(ctx context.Context, o *Opener, object Object) *Reader {
	return &Reader{ctx: ctx, opener: o, object: object, version: object.Version()}
}

// Version is the version that is read.
func (r *Reader) Version() Version { return r.version }

// Read reads on. An error other than io.EOF is a *Error, or that of the context, and final.
func (r *Reader) Read(p []byte) (int, error) {
	for r.err == nil {
		if len(p) == 0 {
			return 0, nil
		}
		n, err := r.step(p)
		r.err = err
		if n > 0 {
			return n, nil
		}
	}
	return 0, r.err
}

// step reads once. Nothing read and no error means that another step is needed.
func (r *Reader) step(p []byte) (int, error) {
	if r.body == nil {
		// That it is empty must show: some servers do not say how long it is, which looks the same.
		if r.version.Size > 0 && r.offset == r.version.Size {
			return 0, io.EOF
		}
		if err := r.connect(); err != nil {
			return 0, r.again(err)
		}
	}
	n, err := r.read(p)
	if n > 0 {
		r.lost = 0
	}
	switch {
	case r.version.Size >= 0 && r.offset > r.version.Size:
		return 0, errors.Join(&Error{Kind: Broken, Rule: "is longer than its server declared", Hint: "what writes it has not ended, or the server is broken"}, r.disconnect())
	case err == nil:
		return n, nil
	case err == io.EOF && (r.version.Size < 0 || r.offset == r.version.Size):
		_ = r.disconnect() // everything has come
		return n, io.EOF
	}
	_ = r.disconnect() // it is lost
	if r.ctx.Err() == nil && !isKind(err, Changed, Broken, Denied) {
		err = Unreachable(err)
	}
	return n, r.again(err)
}

func isKind(err error, kinds ...Kind) bool {
	kind, ok := KindOf(err)
	for _, k := range kinds {
		if ok && kind == k {
			return true
		}
	}
	return false
}

// read reads from the connection, which it cuts if nothing comes for too long.
func (r *Reader) read(p []byte) (int, error) {
	r.stalled.Reset(r.opener.patience())
	n, err := r.body.Read(p)
	r.stalled.Stop()
	r.offset += int64(n)
	return n, err
}

// connect opens the object where reading ended.
func (r *Reader) connect() error {
	ctx, cut := context.WithCancel(r.ctx)
	timer := time.AfterFunc(r.opener.patience(), cut)
	body, err := r.object.From(ctx, r.offset)
	timer.Stop()
	if err != nil {
		cut()
		return err
	}
	if v := r.object.Version(); r.version.Size < 0 {
		r.version.Size = v.Size
	}
	r.body, r.cut, r.stalled = body, cut, timer
	return nil
}

func (r *Reader) disconnect() error {
	if r.body == nil {
		return nil
	}
	r.stalled.Stop()
	err := r.body.Close()
	r.cut() // after Close: some keep what they read from, and only a context that ends breaks it
	r.body = nil
	return err
}

// reconnects bounds how often an object is continued: a server that sends a few bytes at a time
// must end, too.
const (
	reconnects  = 200
	perBytes    = 1 << 20
	unversioned = "its connection was lost, and its server gives it neither an entity tag nor a date, so that reading cannot continue"
)

// again waits before the next connection. It returns an error if there is to be none.
func (r *Reader) again(err error) error {
	r.lost++
	r.failures++
	switch {
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case !isKind(err, Lost):
		return err
	case !r.version.Known():
		return &Error{Kind: Broken, Rule: unversioned, Hint: "fetch it to a local file first", Err: err}
	case r.lost >= tries, int64(r.failures) > reconnects+r.offset/perBytes:
		return err
	}
	return r.opener.pause(r.ctx, r.lost)
}

// fresh is how long a check holds: a mirror asks before each of its deletions.
const fresh = 5 * time.Second

// Check returns a Changed error if the pinned version cannot be read any more. It works until
// Close, also after Release, and for what has no version it returns nil.
func (r *Reader) Check() error {
	if !r.version.Known() || !r.checked.IsZero() && time.Since(r.checked) < fresh {
		return nil
	}
	_, err := ask(r.ctx, r.opener, func() (struct{}, error) { return struct{}{}, r.object.Check(r.ctx) })
	if err == nil {
		r.checked = time.Now()
	}
	return err
}

// Release ends the connection, and keeps the object for Check.
func (r *Reader) Release() error { return r.disconnect() }

// Close ends reading.
func (r *Reader) Close() error {
	if r.err == nil {
		r.err = io.ErrClosedPipe
	}
	return errors.Join(r.disconnect(), r.object.Close())
}
