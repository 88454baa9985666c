//go:build cloud

package bucket

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob" // opens s3://

	"usersync/reader/place"
)

// errDriver says that a library does not offer what it is documented to.
var errDriver = errors.New("the library for this cloud has changed")

// amazon is S3, and what speaks its protocol. The id is a VersionId where the bucket has
// versions, and otherwise the entity tag, which is in quotes.
type amazon struct{}

func (amazon) head(ctx context.Context, b *blob.Bucket, host, key, id string) (place.Version, error) {
	var client *s3.Client
	if !b.As(&client) {
		return place.Version{}, errDriver
	}
	in := &s3.HeadObjectInput{Bucket: aws.String(host), Key: aws.String(key)}
	if id != "" && !isTag(id) {
		in.VersionId = aws.String(id)
	}
	out, err := client.HeadObject(ctx, in)
	if err != nil {
		return place.Version{}, err
	}
	v := place.Version{ID: aws.ToString(out.ETag), Size: aws.ToInt64(out.ContentLength), Modified: aws.ToTime(out.LastModified).UTC()}
	if named := aws.ToString(out.VersionId); named != "" && named != "null" {
		v.ID = named
	}
	return v, nil
}

func isTag(id string) bool { return strings.HasPrefix(id, `"`) }

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
