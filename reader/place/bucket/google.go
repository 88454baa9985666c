//go:build cloud

package bucket

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strconv"

	"cloud.google.com/go/storage"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/gcsblob" // opens gs://
	"gocloud.dev/gcp"

	"usersync/reader/place"
)

// google is Google Cloud Storage. The id is the generation.
type google struct{}

// open finds out first whether there are credentials: the library would write to standard output
// that there are none.
func (google) open(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	if os.Getenv("STORAGE_EMULATOR_HOST") == "" && !u.Query().Has("anonymous") {
		if _, err := gcp.DefaultCredentials(ctx); err != nil {
			return nil, place.Refused("", err)
		}
	}
	b, err := blob.DefaultURLMux().OpenBucketURL(ctx, u)
	if err != nil {
		return nil, err
	}
	var client *storage.Client
	if !b.As(&client) {
		return nil, errDriver
	}
	client.SetRetry(storage.WithMaxAttempts(2)) // without end, if no one says how often
	return b, nil
}

func (google) head(ctx context.Context, b *blob.Bucket, host, key, id string) (place.Version, error) {
	var client *storage.Client
	if !b.As(&client) {
		return place.Version{}, errDriver
	}
	o := client.Bucket(host).Object(key)
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		o = o.Generation(n)
	}
	attrs, err := o.Attrs(ctx)
	if errors.Is(err, storage.ErrObjectNotExist) || errors.Is(err, storage.ErrBucketNotExist) {
		return place.Version{}, place.Absent(err)
	}
	if err != nil {
		return place.Version{}, err
	}
	return place.Version{ID: strconv.FormatInt(attrs.Generation, 10), Size: attrs.Size, Modified: attrs.Updated.UTC()}, nil
}

func (google) came(as func(any) bool, _ place.Version) (id string, from int64) {
	var r *storage.Reader
	if !as(&r) {
		return "", 0
	}
	return strconv.FormatInt(r.Attrs.Generation, 10), r.Attrs.StartOffset
}

// pin also asks for the bytes as stored: decompressed by the cloud, they would have another
// length.
func (google) pin(as func(any) bool, v place.Version) error {
	var o **storage.ObjectHandle
	if !as(&o) {
		return errDriver
	}
	n, err := strconv.ParseInt(v.ID, 10, 64)
	if err != nil {
		return err
	}
	*o = (*o).Generation(n).ReadCompressed(true)
	return nil
}
