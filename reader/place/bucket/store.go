//go:build cloud

package bucket

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"gocloud.dev/blob"

	"usersync/reader/place"
)

// cloud is what differs between the clouds: how a version is found and asked for.
type cloud interface {
	// open opens a bucket; the query of the URL has the parameters of the library.
	open(ctx context.Context, u *url.URL) (*blob.Bucket, error)
	// head is the version that is there now or, unless it is empty, the one with that id.
	head(ctx context.Context, b *blob.Bucket, host, key, id string) (place.Version, error)
	// pin makes a read fail unless it is of the version.
	pin(as func(any) bool, v place.Version) error
	// came returns the id of the version that an answer is of, and at which of its bytes the
	// answer begins: not every server that speaks the protocol does what it is asked for.
	came(as func(any) bool, v place.Version) (id string, from int64)
}

// store is what one cloud offers.
type store struct {
	scheme string
	cloud  cloud

	mu      sync.Mutex
	buckets map[string]*blob.Bucket // by host and query
}

// New returns the store for s3, gs or azblob. It asks no server.
func New(scheme string) (place.Store, error) {
	return &store{scheme: scheme, cloud: map[string]cloud{"s3": amazon{}, "gs": google{}, "azblob": azure{}}[scheme], buckets: map[string]*blob.Bucket{}}, nil
}

// bucket opens a bucket, with the parameters in the query of the URL.
func (s *store) bucket(ctx context.Context, u place.URL) (*blob.Bucket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := u.Host + "?" + u.Query
	if b := s.buckets[name]; b != nil {
		return b, nil
	}
	b, err := s.cloud.open(context.WithoutCancel(ctx), &url.URL{Scheme: s.scheme, Host: u.Host, RawQuery: u.Query})
	if e, ok := errors.AsType[*place.Error](err); ok {
		return nil, e
	}
	if err != nil {
		return nil, &place.Error{Kind: place.Misused, Rule: "is in a bucket that cannot be opened: a parameter of the URL or a variable of the cloud is missing or not known",
			Hint: "check region, endpoint, account and credentials: docs/places.md lists them", Err: err}
	}
	s.buckets[name] = b
	return b, nil
}

// Open pins an object.
func (s *store) Open(ctx context.Context, u place.URL, id string) (place.Object, error) {
	b, err := s.bucket(ctx, u)
	if err != nil {
		return nil, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	o := &object{cloud: s.cloud, bucket: b, url: u}
	if o.version, err = guarded(func() (place.Version, error) { return s.cloud.head(ctx, b, u.Host, u.Path, id) }); err != nil && id != "" {
		return nil, replaced(failed(err))
	}
	if err != nil {
		return nil, failed(err)
	}
	if id != "" && o.version.ID != id {
		return nil, place.Replaced(nil)
	}
	return o, nil
}

// List lists page by page.
func (s *store) List(ctx context.Context, u place.URL, prefix string, found func(string)) error {
	b, err := s.bucket(ctx, u)
	if err != nil {
		return err
	}
	list := b.List(&blob.ListOptions{Prefix: prefix})
	for r := (ring{}); ; {
		page, cancel := bounded(ctx)
		o, err := guarded(func() (*blob.ListObject, error) { return list.Next(page) })
		cancel()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return failed(err)
		}
		if r.closes(o.Key) {
			return &place.Error{Kind: place.Broken, Rule: "cannot be listed: its cloud lists the same objects again and again"}
		}
		found(o.Key)
	}
}

// ring finds out that a list never ends because it repeats itself. It remembers one key at a time,
// each for twice as long.
type ring struct {
	key     string
	n, next int
}

func (r *ring) closes(key string) bool {
	if r.n++; r.n > 1 && key == r.key {
		return true
	}
	if r.n > r.next {
		r.key, r.next = key, 2*r.n
	}
	return false
}

// Put writes an object. It appears when all its bytes have come.
func (s *store) Put(ctx context.Context, u place.URL, content io.ReadSeeker, _ int64) error {
	b, err := s.bucket(ctx, u)
	if err != nil {
		return err
	}
	ctx, abort := context.WithCancel(fewTries(ctx))
	defer abort()
	w, err := b.NewWriter(ctx, u.Path, &blob.WriterOptions{ContentType: mime.TypeByExtension(path.Ext(u.Path))})
	if err != nil {
		return failed(err)
	}
	if _, err = io.Copy(w, content); err != nil {
		abort() // or Close would complete a part
		return failed(errors.Join(err, w.Close()))
	}
	return failed(w.Close())
}

// bounded is the context of a call that carries no object, which a cloud must answer in time.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(fewTries(ctx), time.Minute)
}

// object is a version of an object.
type object struct {
	cloud   cloud
	bucket  *blob.Bucket
	url     place.URL
	version place.Version
}

// Version is what was pinned.
func (o *object) Version() place.Version { return o.version }

// From opens the version at an offset.
func (o *object) From(ctx context.Context, offset int64) (io.ReadCloser, error) {
	r, err := guarded(func() (*blob.Reader, error) {
		return o.bucket.NewRangeReader(fewTries(ctx), o.url.Path, offset, -1, &blob.ReaderOptions{
			BeforeRead: func(as func(any) bool) error { return o.cloud.pin(as, o.version) },
		})
	})
	if err != nil {
		return nil, replaced(failed(err))
	}
	id, from := o.cloud.came(r.As, o.version)
	if r.Size() != o.version.Size || id != o.version.ID {
		return nil, errors.Join(place.Replaced(nil), r.Close())
	}
	if err := skip(r, from, offset); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return body{r}, nil
}

// skip moves to an offset in an answer that begins earlier: a server that ignores the offset
// answers with the whole object.
func skip(r io.Reader, from, offset int64) error {
	if from < 0 || from > offset {
		return &place.Error{Kind: place.Broken, Rule: "cannot be continued: its cloud answers with other bytes than those that are missing", Hint: "fetch it to a local file first"}
	}
	if _, err := io.CopyN(io.Discard, r, offset-from); err != nil {
		return place.Unreachable(err)
	}
	return nil
}

// beginning is the first byte of a Content-Range (RFC 9110 14.4); 0 if there is none, and below
// 0 if it is not valid.
func beginning(contentRange string) int64 {
	if contentRange == "" {
		return 0
	}
	span, ok := strings.CutPrefix(contentRange, "bytes ")
	first, _, ok2 := strings.Cut(span, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	if !ok || !ok2 || err != nil {
		return -1
	}
	return from
}

// Check asks whether the version is still there.
func (o *object) Check(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	now, err := guarded(func() (place.Version, error) {
		return o.cloud.head(ctx, o.bucket, o.url.Host, o.url.Path, o.version.ID)
	})
	if err != nil {
		return replaced(failed(err))
	}
	if !now.Same(o.version) {
		return place.Replaced(nil)
	}
	return nil
}

// Close does nothing: buckets stay open for others.
func (o *object) Close() error { return nil }

// replaced makes an object that is not there any more one that was replaced.
func replaced(err error) error {
	if kind, ok := place.KindOf(err); ok && kind == place.Missing {
		return place.Replaced(err)
	}
	return err
}

// body is what a cloud sends.
type body struct{ io.ReadCloser }

// Read returns the errors of package place.
func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = failed(err)
	}
	return n, err
}
