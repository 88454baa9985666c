// Package place opens what is not a local file: an object at a URL. It pins the version
// of an object when it is first opened, and continues after a lost connection at the exact
// byte.
//
// It knows no protocol: packages web, bucket and sftp do, and package scheme says which is
// for which URL. Start at Opener; Store is what a protocol implements.
package place

import (
	"context"
	"io"
	"time"
)

// Store is where objects of one kind are, such as a bucket. Its methods are safe for
// concurrent use, and return a *Error.
type Store interface {
	// Open pins the version of an object that is there now or, unless it is empty, the
	// version with that id. A version that is not there any more is Changed.
	Open(ctx context.Context, u URL, id string) (Object, error)
	// List calls found with the path of each object that begins with prefix.
	List(ctx context.Context, u URL, prefix string, found func(path string)) error
	// Put writes an object of size bytes, and replaces one that is there. No reader sees a
	// part of it under its name.
	Put(ctx context.Context, u URL, content io.ReadSeeker, size int64) error
}

// Object is one version of an object. It is for one goroutine.
type Object interface {
	// Version is what was pinned.
	Version() Version
	// From opens the bytes of the pinned version from an offset on, and at most once at a
	// time. The error is Changed if that version is not there any more.
	From(ctx context.Context, offset int64) (io.ReadCloser, error)
	// Check returns a Changed error if the pinned version cannot be read any more.
	Check(ctx context.Context) error
	// Close frees what the object holds, besides what From returned.
	Close() error
}

// Version tells one version of an object from another.
type Version struct {
	// ID is how the store calls it: a version, a generation, or a strong entity tag; empty if it
	// has no name.
	ID string
	// Size in bytes; -1 if it is not known.
	Size int64
	// Modified is when it was written; zero if it is not known.
	Modified time.Time
}

// Known reports whether another version could be told from it.
func (v Version) Known() bool { return v.ID != "" || !v.Modified.IsZero() && v.Size >= 0 }

// Same reports whether both are known to be one version.
func (v Version) Same(other Version) bool {
	if v.ID != "" || other.ID != "" {
		return v.ID == other.ID && (v.Size == other.Size || v.Size < 0 || other.Size < 0)
	}
	return v.Known() && other.Known() && v.Size == other.Size && v.Modified.Equal(other.Modified)
}
