package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"usersync/reader/place"
)

// object is an object that was opened.
type object struct {
	store   *Store
	url     string
	version place.Version
	first   io.ReadCloser // the answer of Open, until it is taken
	cut     context.CancelFunc
}

// begin takes the version from the first answer.
func (o *object) begin(answer *http.Response) error {
	o.first = answer.Body
	wanted := o.version.ID
	o.version = versionOf(answer)
	switch {
	case answer.StatusCode != http.StatusOK:
		return unexpected(answer, "the whole file")
	case wanted != "" && wanted != o.version.ID:
		return place.Replaced(nil)
	case !hasEnd(answer):
		return errEndless
	}
	return nil
}

// unexpected is an answer whose status says that it is something other than what was asked for.
func unexpected(answer *http.Response, asked string) error {
	return &place.Error{Kind: place.Broken, Rule: "cannot be read: its server answers HTTP " + strconv.Itoa(answer.StatusCode) + " to a request for " + asked}
}

// errEndless is an answer that does not show whether its end is missing.
var errEndless = &place.Error{Kind: place.Broken, Rule: "has no declared length, so that nothing shows whether its end is missing",
	Hint: "fetch it to a local file first, or have its server send Content-Length"}

// hasEnd reports whether the end of an answer can be told from the end of its connection.
func hasEnd(answer *http.Response) bool {
	return answer.ContentLength >= 0 || answer.ProtoMajor >= 2 || len(answer.TransferEncoding) > 0
}

// versionOf is the version that an answer is of. A weak entity tag is none.
func versionOf(answer *http.Response) place.Version {
	v := place.Version{Size: answer.ContentLength}
	if tag := answer.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		v.ID = tag
	}
	if modified, err := http.ParseTime(answer.Header.Get("Last-Modified")); err == nil {
		v.Modified = modified.UTC()
	}
	return v
}

// Version is what was pinned.
func (o *object) Version() place.Version { return o.version }

// From opens the object at an offset.
func (o *object) From(ctx context.Context, offset int64) (io.ReadCloser, error) {
	if first := o.first; first != nil && offset == 0 {
		o.first = nil
		return &firstBody{first, context.AfterFunc(ctx, o.cut)}, nil
	}
	header := o.conditions()
	if offset > 0 {
		header.Set("Range", "bytes="+strconv.FormatInt(offset, 10)+"-")
	}
	answer, err := o.store.get(ctx, http.MethodGet, o.url, header)
	if kind, ok := place.KindOf(err); ok && kind == place.Missing {
		return nil, place.Replaced(err)
	}
	if err != nil {
		return nil, err
	}
	err = o.continues(answer, offset)
	// A range may end before the object does.
	if err == nil && o.version.Size < 0 && (answer.StatusCode == http.StatusPartialContent || !hasEnd(answer)) {
		err = errEndless
	}
	if err != nil {
		return nil, errors.Join(err, answer.Body.Close())
	}
	return answer.Body, nil
}

// conditions make a server refuse to answer with another version.
func (o *object) conditions() http.Header {
	header := http.Header{}
	if o.version.ID != "" {
		header.Set("If-Match", o.version.ID)
	} else if !o.version.Modified.IsZero() {
		header.Set("If-Unmodified-Since", o.version.Modified.Format(http.TimeFormat))
	}
	return header
}

// continues checks that an answer is of the pinned version and begins at the offset. From a
// server that ignores the offset it skips what has been read.
func (o *object) continues(answer *http.Response, offset int64) error {
	size := answer.ContentLength
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusPartialContent:
		var err error
		if size, err = rangeOf(answer.Header.Get("Content-Range"), offset); err != nil {
			return err
		}
	default:
		return unexpected(answer, "the rest of the file")
	}
	if !o.isSame(answer, size) {
		return place.Replaced(nil)
	}
	if o.version.Size < 0 {
		o.version.Size = size
	}
	if answer.StatusCode == http.StatusPartialContent {
		return nil
	}
	if _, err := io.CopyN(io.Discard, answer.Body, offset); err != nil {
		return place.Unreachable(err)
	}
	return nil
}

// isSame reports whether an answer is of the pinned version. What a server leaves out, it does
// not contradict; but one of tag and date must be there.
func (o *object) isSame(answer *http.Response, size int64) bool {
	got := versionOf(answer)
	switch {
	case size >= 0 && o.version.Size >= 0 && size != o.version.Size:
		return false
	case o.version.ID != "":
		return got.ID == o.version.ID
	}
	return got.Modified.Equal(o.version.Modified) && got.ID == ""
}

// rangeOf is the size of the whole in a Content-Range (RFC 9110 14.4); -1 if it is not known.
func rangeOf(text string, offset int64) (size int64, err error) {
	broken := &place.Error{Kind: place.Broken, Rule: "cannot be continued: its server answers with other bytes than those that are missing", Hint: "fetch it to a local file first"}
	rest, ok := strings.CutPrefix(text, "bytes ")
	span, whole, ok2 := strings.Cut(rest, "/")
	from, _, ok3 := strings.Cut(span, "-")
	start, err := strconv.ParseInt(from, 10, 64)
	if !ok || !ok2 || !ok3 || err != nil || start != offset {
		return 0, broken
	}
	if whole == "*" {
		return -1, nil
	}
	if size, err = strconv.ParseInt(whole, 10, 64); err != nil || size <= offset {
		return 0, broken
	}
	return size, nil
}

// Check asks for the first byte: a signature is often for GET alone.
func (o *object) Check(ctx context.Context) error {
	ctx, cut := context.WithTimeout(ctx, time.Minute)
	defer cut()
	header := o.conditions()
	header.Set("Range", "bytes=0-0")
	answer, err := o.store.get(ctx, http.MethodGet, o.url, header)
	if kind, ok := place.KindOf(err); ok && kind == place.Missing {
		return place.Replaced(err)
	}
	if err == nil {
		err = errors.Join(o.continues(answer, 0), answer.Body.Close())
	}
	return err
}

// Close ends the first answer, if it was not taken.
func (o *object) Close() error {
	o.cut()
	if o.first == nil {
		return nil
	}
	return o.first.Close()
}

// firstBody is the body of the first answer, which ends with the context of the reader.
type firstBody struct {
	io.ReadCloser
	stop func() bool
}

// Close ends it.
func (b *firstBody) Close() error {
	b.stop()
	return b.ReadCloser.Close()
}
