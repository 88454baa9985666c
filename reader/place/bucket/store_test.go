//go:build cloud

package bucket

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"usersync/reader/place"
)

// An answer is read from the byte that is missing, wherever it begins; one that begins later, or
// does not say where, is an error.
func TestSkip(t *testing.T) {
	const object = "0123456789"
	for contentRange, works := range map[string]bool{
		"": true, "bytes 0-9/10": true, "bytes 4-9/10": true, "bytes 3-9/*": true,
		"bytes 5-9/10": false, "bytes */10": false, "bytes -9/10": false, "4-9/10": false, "lines 4-9/10": false,
	} {
		from := beginning(contentRange)
		answer := strings.NewReader(object[max(from, 0):])
		err := skip(answer, from, 4)
		rest, _ := io.ReadAll(answer)
		if (err == nil) != works || works && string(rest) != object[4:] {
			t.Errorf("%q: %q, %v", contentRange, rest, err)
		}
	}
}

// A list that repeats itself is found out, whether or not it ever comes to its beginning again; one
// without repetition is not.
func TestRing(t *testing.T) {
	for _, before := range []int{0, 1, 2, 1000} {
		for _, around := range []int{1, 2, 7, 1000, 1 << 20} {
			r, at := ring{}, 0
			for ; at < 10_000_000 && !r.closes(strconv.Itoa(before+max(0, at-before)%around-max(0, before-at))); at++ {
			}
			if at < before+around || at > 4*(before+around) {
				t.Errorf("%d, and %d around: at %d", before, around, at)
			}
		}
	}
}

// A server whose pages lead in a circle is an error, and not a listing without end.
func TestEndlessList(t *testing.T) {
	err := listed(t, `<IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>`+
		`<Contents><Key>a.csv</Key><Size>3</Size><LastModified>2026-11-27T10:00:00.000Z</LastModified></Contents><Contents><Key>b.csv</Key><Size>3</Size><LastModified>2026-11-27T10:00:00.000Z</LastModified></Contents>`)
	if kind, _ := place.KindOf(err); err == nil || kind != place.Broken {
		t.Error(err)
	}
}

// A list whose objects have no time makes the library panic, which is an error like any other;
// one without sizes is read.
func TestIncompleteList(t *testing.T) {
	err := listed(t, `<Contents><Key>a.csv</Key><Size>3</Size></Contents>`)
	if kind, _ := place.KindOf(err); err == nil || kind != place.Broken || !strings.Contains(err.Error(), "lacks what the protocol demands") {
		t.Error(err)
	}
	if err := listed(t, `<Contents><Key>a.csv</Key><LastModified>2026-11-27T10:00:00.000Z</LastModified></Contents>`); err != nil {
		t.Error(err)
	}
}

// listed lists what a server of S3 says that a bucket holds.
func listed(t *testing.T, contents string) error {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<ListBucketResult><Name>feeds</Name>`+contents+`</ListBucketResult>`)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	s, err := New("s3")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	return s.List(ctx, place.URL{Scheme: "s3", Host: "feeds", Path: "*.csv"}, "", func(string) {})
}
