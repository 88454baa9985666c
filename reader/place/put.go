package place

import (
	"context"
	"io"
	"time"
)

// Put writes an object in the folder at a URL, and replaces one that is there.
func (o *Opener) Put(ctx context.Context, folder, name string, content io.ReadSeeker, size int64) error {
	u, _, _ := o.url(folder)
	s, err := o.store(u)
	if err != nil {
		return err
	}
	_, err = again(ctx, o, enough*puts*o.patience(), func() (struct{}, error) { return struct{}{}, o.put(ctx, s, u.Under(name), content, size) })
	return err
}

// put writes an object once. A store that takes no byte of it for too long is given up.
func (o *Opener) put(ctx context.Context, s Store, u URL, content io.ReadSeeker, size int64) error {
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return err
	}
	within, cut := context.WithCancel(ctx)
	defer cut()
	taken := &watchedReader{content, time.AfterFunc(puts*o.patience(), cut), puts * o.patience()}
	defer taken.stalled.Stop()
	err := s.Put(within, u, taken, size)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		return Unreachable(context.DeadlineExceeded)
	}
	return err
}

// puts is how much more patience a write needs than a read: some stores read ahead.
const puts = 5

// watchedReader puts off a timer whenever something is read.
type watchedReader struct {
	io.ReadSeeker
	stalled *time.Timer
	every   time.Duration
}

// Read reads, and puts off the timer.
func (r *watchedReader) Read(p []byte) (int, error) {
	r.stalled.Reset(r.every)
	return r.ReadSeeker.Read(p)
}
