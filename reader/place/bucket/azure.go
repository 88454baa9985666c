//go:build cloud

package bucket

import (
	"context"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	azblob "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"gocloud.dev/blob"
	"gocloud.dev/blob/azureblob"

	"usersync/reader/place"
)

// azure is Azure Blob Storage. The id is the entity tag.
type azure struct{}

func (azure) open(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	opener := azureblob.URLOpener{MakeClient: azureblob.NewDefaultClient, ServiceURLOptions: *azureblob.NewDefaultServiceURLOptions()}
	return opener.OpenBucketURL(ctx, u)
}

// fewTries makes the library try a call twice: the caller tries again, too. The other libraries
// ask the client.
func fewTries(ctx context.Context) context.Context {
	return policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: 1, RetryDelay: time.Second})
}

func (azure) head(ctx context.Context, b *blob.Bucket, _, key, _ string) (place.Version, error) {
	attrs, err := b.Attributes(ctx, key)
	if err != nil {
		return place.Version{}, err
	}
	return place.Version{ID: attrs.ETag, Size: attrs.Size, Modified: attrs.ModTime.UTC()}, nil
}

func (azure) came(as func(any) bool, _ place.Version) (id string, from int64) {
	var out azblob.DownloadStreamResponse
	if !as(&out) || out.ETag == nil {
		return "", 0
	}
	if out.ContentRange != nil {
		from = beginning(*out.ContentRange)
	}
	return string(*out.ETag), from
}

func (azure) pin(as func(any) bool, v place.Version) error {
	var in *azblob.DownloadStreamOptions
	if !as(&in) {
		return errDriver
	}
	tag := azcore.ETag(v.ID)
	in.AccessConditions = &azblob.AccessConditions{ModifiedAccessConditions: &azblob.ModifiedAccessConditions{IfMatch: &tag}}
	return nil
}
