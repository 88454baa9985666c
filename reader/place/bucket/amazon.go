//go:build cloud

package bucket

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"

	"usersync/reader/place"
)

// errDriver says that a library does not offer what it is documented to.
var errDriver = errors.New("the library for this cloud has changed")

// amazon is S3, and what speaks its protocol. The id is a VersionId where the bucket has
// versions, and otherwise the entity tag, which is in quotes.
type amazon struct{}

// open silences the library, which writes to standard error on its own.
func (amazon) open(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	opener := &s3blob.URLOpener{}
	b, err := opener.OpenBucketURL(ctx, u)
	if err != nil {
		return nil, err
	}
	var client *s3.Client
	if !b.As(&client) {
		return nil, errDriver
	}
	quiet := s3.New(client.Options(), func(o *s3.Options) {
		o.Logger = logging.Nop{}
		// The caller tries again, too.
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 2 })
	})
	return s3blob.OpenBucket(ctx, quiet, u.Host, &opener.Options)
}

// head asks for the first byte: some servers answer a HEAD for a version with the newest one.
func (amazon) head(ctx context.Context, b *blob.Bucket, host, key, id string) (place.Version, error) {
	var client *s3.Client
	if !b.As(&client) {
		return place.Version{}, errDriver
	}
	in := &s3.GetObjectInput{Bucket: aws.String(host), Key: aws.String(key), Range: aws.String("bytes=0-0")}
	if id != "" && !isTag(id) {
		in.VersionId = aws.String(id)
	}
	out, err := client.GetObject(ctx, in)
	if status, _ := answered(err); status == http.StatusRequestedRangeNotSatisfiable { // it has no byte
		in.Range = nil
		out, err = client.GetObject(ctx, in)
	}
	if err != nil {
		return place.Version{}, err
	}
	_ = out.Body.Close() // one byte, or none
	v := place.Version{ID: aws.ToString(out.ETag), Size: sizeOf(out), Modified: aws.ToTime(out.LastModified).UTC()}
	if named := aws.ToString(out.VersionId); named != "" && named != "null" {
		v.ID = named
	}
	return v, nil
}

// sizeOf is the size of the whole object, of which one byte was asked for.
func sizeOf(out *s3.GetObjectOutput) int64 {
	_, whole, _ := strings.Cut(aws.ToString(out.ContentRange), "/")
	if n, err := strconv.ParseInt(whole, 10, 64); err == nil {
		return n
	}
	return aws.ToInt64(out.ContentLength)
}

func isTag(id string) bool { return strings.HasPrefix(id, `"`) }

func (amazon) came(as func(any) bool, v place.Version) (id string, from int64) {
	var out s3.GetObjectOutput
	if !as(&out) {
		return "", 0
	}
	if id = aws.ToString(out.VersionId); isTag(v.ID) {
		id = aws.ToString(out.ETag)
	}
	return id, beginning(aws.ToString(out.ContentRange))
}

func (amazon) pin(as func(any) bool, v place.Version) error {
	var in *s3.GetObjectInput
	if !as(&in) {
		return errDriver
	}
	if isTag(v.ID) {
		in.IfMatch = aws.String(v.ID)
	} else if v.ID != "" {
		in.VersionId = aws.String(v.ID)
	}
	return nil
}
