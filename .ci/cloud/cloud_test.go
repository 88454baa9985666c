//go:build cloud

// Package cloud reads and writes buckets on servers of the protocols of S3 and Google Cloud
// Storage. It is a module of its own, so that no one who builds the program needs those servers.
package cloud

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/fsouza/fake-gcs-server/fakestorage"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"usersync/reader/place"
	"usersync/reader/place/placetest"
	"usersync/reader/place/scheme"
)

// content is of one size, and two of other seeds differ everywhere.
func content(seed byte) []byte {
	b := make([]byte, 3_000_000)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

func opener() *place.Opener {
	return &place.Opener{Stores: scheme.Stores, Wait: func(int) time.Duration { return 0 }}
}

// faulty stands between a client and a cloud.
type faulty struct {
	proxy     *httputil.ReverseProxy
	cutAfter  int64 // bytes of an answer to GET; 0: none is cut
	continued atomic.Int64
	before    func() // called once, before the first range is asked for
	deny      bool
	away      bool   // answers 503
	hangsUp   bool   // answers nothing
	whole     bool   // answers with the whole object when its end is asked for
	stop      func() // from then on connections are refused
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.deny {
		http.Error(w, `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no s3cret</Message></Error>`, http.StatusForbidden)
		return
	}
	if f.hangsUp {
		panic(http.ErrAbortHandler)
	}
	if f.away {
		http.Error(w, "", http.StatusServiceUnavailable)
		return
	}
	if span := cmp.Or(r.Header.Get("Range"), r.Header.Get("X-Ms-Range")); r.Method == http.MethodGet && span != "" && span != "bytes=0-0" && f.continued.Add(1) == 1 && f.before != nil {
		f.before()
	}
	if f.whole && r.Header.Get("Range") != "bytes=0-0" {
		r.Header.Del("Range")
		r.Header.Del("X-Ms-Range")
	}
	if f.cutAfter > 0 && r.Method == http.MethodGet {
		w = &cutter{w, f.cutAfter}
	}
	f.proxy.ServeHTTP(w, r)
}

// cutter hangs up after some bytes.
type cutter struct {
	http.ResponseWriter
	left int64
}

func (c *cutter) Write(p []byte) (int, error) {
	if int64(len(p)) > c.left {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= int64(len(p))
	return c.ResponseWriter.Write(p)
}

// start starts a proxy, and returns its URL; to says which server it passes calls on to.
func (f *faulty) start(t *testing.T) (at string, to func(server string)) {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.stop = s.Close
	return s.URL, func(server string) {
		to, err := url.Parse(server)
		if err != nil {
			t.Fatal(err)
		}
		f.proxy = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
		}}
	}
}

// cloud is one of the clouds, with a bucket named feeds.
type cloud struct {
	scheme string
	put    func(t *testing.T, key string, content []byte)
	remove func(t *testing.T, key string)
}

// amazon starts an S3 server, with or without versions, with f before it.
func amazon(t *testing.T, f *faulty, versions bool) cloud {
	t.Helper()
	backend := s3mem.New()
	s := httptest.NewUnstartedServer(gofakes3.New(backend).Server())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
	t.Setenv("AWS_REGION", "eu-west-1")
	at, to := f.start(t)
	to(s.URL)
	t.Setenv("AWS_ENDPOINT_URL", at)
	client := s3.New(s3.Options{BaseEndpoint: aws.String(s.URL), Region: "eu-west-1", UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "s3cret"}, nil
		})})
	if err := backend.CreateBucket("feeds"); err != nil {
		t.Fatal(err)
	}
	if versions {
		if err := backend.SetVersioningConfiguration("feeds", gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	return cloud{"s3",
		func(t *testing.T, key string, content []byte) {
			_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("feeds"), Key: &key, Body: bytes.NewReader(content)})
			check(err)
		},
		func(t *testing.T, key string) {
			_, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("feeds"), Key: &key})
			check(err)
		}}
}

// google starts a server of Google Cloud Storage, with f before it.
func google(t *testing.T, f *faulty) cloud {
	t.Helper()
	at, to := f.start(t)
	at = strings.TrimPrefix(at, "http://")
	s, err := fakestorage.NewServerWithOptions(fakestorage.Options{Scheme: "http", Host: "127.0.0.1", PublicHost: at, Writer: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	s.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: "feeds"})
	to(s.URL())
	t.Setenv("STORAGE_EMULATOR_HOST", at)
	return cloud{"gs",
		func(_ *testing.T, key string, content []byte) {
			s.CreateObject(fakestorage.Object{ObjectAttrs: fakestorage.ObjectAttrs{BucketName: "feeds", Name: key}, Content: content})
		},
		func(t *testing.T, key string) {
			if err := s.Backend().DeleteObject("feeds", key); err != nil {
				t.Error(err)
			}
		}}
}

func clouds() map[string]func(*testing.T, *faulty) cloud {
	all := map[string]func(*testing.T, *faulty) cloud{
		"S3":               func(t *testing.T, f *faulty) cloud { return amazon(t, f, false) },
		"S3 with versions": func(t *testing.T, f *faulty) cloud { return amazon(t, f, true) },
		"Google":           google,
	}
	maps.Copy(all, more())
	return all
}

// A connection that is cut again and again changes nothing about the bytes.
func TestReadsExactlyTheObject(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			f := &faulty{cutAfter: 700_000}
			c := start(t, f)
			want := content(1)
			c.put(t, "2026 11/users+1.csv", want)
			got, err := placetest.Read(t, opener(), c.scheme+"://feeds/2026 11/users+1.csv")
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if f.continued.Load() < 3 {
				t.Errorf("it was continued %d times", f.continued.Load())
			}
		})
	}
}

// A server that answers with the whole object when its end is asked for, as some that stand
// between do, makes no byte come twice.
func TestWholeInsteadOfEnd(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			f := &faulty{cutAfter: 700_000, whole: true}
			c := start(t, f)
			want := content(1)
			c.put(t, "users.csv", want)
			f.before = func() { f.cutAfter = 0 }
			got, err := placetest.Read(t, opener(), c.scheme+"://feeds/users.csv")
			if !bytes.HasPrefix(want, got) || err == nil && len(got) < len(want) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if c.scheme == "s3" && err != nil { // elsewhere that is an error
				t.Error(err)
			}
		})
	}
}

// A pinned version is read to its end while it is there; another one is never read.
func TestReplacedObject(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			f := &faulty{cutAfter: 700_000}
			c := start(t, f)
			want := content(1)
			c.put(t, "users.csv", want)
			f.before = func() { c.put(t, "users.csv", content(2)) }
			got, err := placetest.Read(t, opener(), c.scheme+"://feeds/users.csv")
			if name == "S3 with versions" {
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
				return
			}
			if kind, _ := place.KindOf(err); err == nil || kind != place.Changed || !bytes.HasPrefix(want, got) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
}

// A run that is resumed gets the version that it has read before, or an error.
func TestPinnedVersion(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			c := start(t, &faulty{})
			at, want := c.scheme+"://feeds/users.csv", content(1)
			c.put(t, "users.csv", want)
			before := opener()
			if _, err := placetest.Read(t, before, at); err != nil {
				t.Fatal(err)
			}
			v, _ := before.Version(at)
			c.put(t, "users.csv", content(2))
			later := opener()
			later.Pin(at, v)
			got, err := placetest.Read(t, later, at)
			if name == "S3 with versions" {
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			} else if kind, _ := place.KindOf(err); err == nil || kind != place.Changed {
				t.Errorf("error %v", err)
			}
		})
	}
}

// An empty object has a version like any other: it can be read again, and replaced.
func TestEmptyObject(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			c := start(t, &faulty{})
			at, o := c.scheme+"://feeds/users.csv", opener()
			c.put(t, "users.csv", nil)
			for range 2 {
				if got, err := placetest.Read(t, o, at); err != nil || len(got) > 0 {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			}
			c.put(t, "users.csv", content(1))
			_, err := placetest.Read(t, o, at)
			if kind, _ := place.KindOf(err); name != "S3 with versions" && (err == nil || kind != place.Changed) {
				t.Errorf("after it was replaced: %v", err)
			}
		})
	}
}

// Patterns list every page, sorted, and a name that looks like a pattern can be opened.
func TestPatterns(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			c := start(t, &faulty{})
			var want []string
			for i := range 1100 {
				key := "2026-11-27/" + string(rune('a'+i/100)) + string(rune('a'+i%100/10)) + string(rune('a'+i%10)) + ".csv"
				c.put(t, key, []byte("id\n"))
				want = append(want, c.scheme+"://feeds/"+key)
			}
			c.put(t, "2026-11-27/other.txt", []byte("id\n"))
			c.put(t, "2026-11-27/below/aaa.csv", []byte("id\n"))
			c.put(t, "2026-11-27/folder/", nil)
			got, is, err := opener().Expand(t.Context(), c.scheme+"://feeds/2026-11-27/*.csv")
			if err != nil || !is || !slices.Equal(got, want) {
				t.Errorf("%d objects, %v", len(got), err)
			}
			got, _, err = opener().Expand(t.Context(), c.scheme+"://feeds/2026-11-27/folder/*")
			if err != nil || len(got) > 0 {
				t.Errorf("%q, %v", got, err)
			}
			got, _, err = opener().Expand(t.Context(), c.scheme+"://feeds/*/*/aaa.csv")
			if err != nil || len(got) != 1 {
				t.Errorf("%q, %v", got, err)
			}
			if got, _, err = opener().Expand(t.Context(), c.scheme+"://feeds/2026-11-28/*.csv"); err != nil || len(got) > 0 {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// What is wrong is told by its kind, without a secret.
func TestErrors(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			f := &faulty{}
			c := start(t, f)
			c.put(t, "users.csv", content(1))
			expect := func(at string, kind place.Kind) {
				t.Helper()
				_, err := placetest.Read(t, opener(), at)
				if got, ok := place.KindOf(err); !ok || got != kind || strings.Contains(err.Error(), "s3cret") {
					t.Errorf("%s: %v", at, err)
				}
			}
			expect(c.scheme+"://feeds/none.csv", place.Missing)
			expect(c.scheme+"://none/users.csv", place.Missing)
			expect(c.scheme+"://feeds/users.csv?unknown=s3cret", place.Misused)
			f.deny = true
			expect(c.scheme+"://feeds/users.csv", place.Denied)
		})
	}
}

// What is written replaces what is there.
func TestPut(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			c := start(t, &faulty{})
			want := content(3)
			for _, text := range [][]byte{content(2), want} {
				if err := opener().Put(t.Context(), c.scheme+"://feeds/runs/R", "results.csv", bytes.NewReader(text), int64(len(text))); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := placetest.Read(t, opener(), c.scheme+"://feeds/runs/R/results.csv"); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
}

// A cloud that cannot be reached, or cannot serve anyone now, is Lost, and soon: it may help to try
// again.
func TestUnreachable(t *testing.T) {
	for name, start := range clouds() {
		t.Run(name, func(t *testing.T) {
			f := &faulty{}
			c := start(t, f)
			c.put(t, "users.csv", nil)
			for _, fault := range []func(){func() { f.away = true }, func() { f.hangsUp = true }, f.stop} {
				fault()
				s, err := scheme.Stores(c.scheme, place.Credentials{})
				if err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
				defer stop()
				for what, err := range map[string]error{
					"open": second(s.Open(ctx, place.URL{Scheme: c.scheme, Host: "feeds", Path: "users.csv"}, "")),
					"list": s.List(ctx, place.URL{Scheme: c.scheme, Host: "feeds", Path: "*.csv"}, "", func(string) {}),
					"put":  s.Put(ctx, place.URL{Scheme: c.scheme, Host: "feeds", Path: "results.csv"}, strings.NewReader("id\n"), 3),
				} {
					if kind, _ := place.KindOf(err); err == nil || kind != place.Lost {
						t.Errorf("%s: %v", what, err)
					}
				}
				if ctx.Err() != nil {
					t.Error("it took more than 30 seconds")
				}
			}
		})
	}
}

func second(_ any, err error) error { return err }
