package place

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// store has one object, whose connections bring what it says.
type store struct {
	version Version
	bring   []string // what each connection brings before it ends; the last one for all others
	broken  error    // how a connection ends; nil: io.EOF
	silent  bool     // a connection brings nothing, and does not end
	opened  []int64  // where
	put     []string
	listed  []string
	absent  func() error // what is answered to whatever is asked
}

func (s *store) Open(context.Context, URL, string) (Object, error) { return s, s.answer() }

func (s *store) answer() error {
	if s.absent == nil {
		return nil
	}
	return s.absent()
}

func (s *store) List(_ context.Context, _ URL, _ string, found func(string)) error {
	if err := s.answer(); err != nil {
		return err
	}
	for _, path := range s.listed {
		found(path)
	}
	return nil
}

func (s *store) Put(_ context.Context, u URL, content io.ReadSeeker, _ int64) error {
	text, err := io.ReadAll(content)
	s.put = append(s.put, u.String()+" "+string(text))
	return err
}

func (s *store) Version() Version { return s.version }

func (s *store) Check(context.Context) error { return nil }

func (s *store) Close() error { return nil }

func (s *store) From(ctx context.Context, offset int64) (io.ReadCloser, error) {
	s.opened = append(s.opened, offset)
	text := s.bring[min(len(s.opened), len(s.bring))-1]
	end := readerFunc(func([]byte) (int, error) {
		if s.silent {
			<-ctx.Done()
			return 0, ctx.Err()
		}
		if s.broken != nil {
			return 0, s.broken
		}
		return 0, io.EOF
	})
	return io.NopCloser(io.MultiReader(strings.NewReader(text), end)), nil
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func (s *store) opener() *Opener {
	return &Opener{Stores: func(string, Credentials) (Store, error) { return s, nil }}
}

func (s *store) read(t *testing.T) (string, error) {
	t.Helper()
	r, err := s.opener().Open(t.Context(), "s3://feeds/users.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}

// An end before the declared one is a lost connection, and an end after it an error: neither is
// ever the end of a file.
func TestEnds(t *testing.T) {
	known := Version{ID: "one", Size: 6}
	for name, c := range map[string]struct {
		store  store
		want   string
		kind   Kind
		fails  bool
		opened []int64
	}{
		"whole":                {store: store{version: known, bring: []string{"id\n1\n2"}}, want: "id\n1\n2", opened: []int64{0}},
		"two parts":            {store: store{version: known, bring: []string{"id\n", "1\n2"}}, want: "id\n1\n2", opened: []int64{0, 3}},
		"broken at its end":    {store: store{version: known, bring: []string{"id\n1\n2"}, broken: errors.New("reset")}, want: "id\n1\n2", opened: []int64{0}},
		"never more":           {store: store{version: known, bring: []string{"id\n", ""}}, want: "id\n", fails: true, kind: Lost, opened: []int64{0, 3, 3, 3, 3, 3, 3, 3}},
		"longer":               {store: store{version: known, bring: []string{"id\n1\n2\n3"}}, fails: true, kind: Broken, opened: []int64{0}},
		"empty":                {store: store{version: Version{ID: "one"}, bring: []string{""}}, opened: []int64{0}},
		"said to be empty":     {store: store{version: Version{ID: "one"}, bring: []string{"id\n1\n2"}}, fails: true, kind: Broken, opened: []int64{0}},
		"empty, and lost":      {store: store{version: Version{ID: "one"}, bring: []string{""}, broken: errors.New("reset")}, fails: true, kind: Lost, opened: []int64{0, 0, 0, 0, 0, 0, 0, 0}},
		"unknown size":         {store: store{version: Version{ID: "one", Size: -1}, bring: []string{"id\n1\n2"}}, want: "id\n1\n2", opened: []int64{0}},
		"lost, and no version": {store: store{version: Version{Size: 6}, bring: []string{"id\n"}}, want: "id\n", fails: true, kind: Broken, opened: []int64{0}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := c.store.read(t)
				if kind, _ := KindOf(err); got != c.want || (err != nil) != c.fails || c.fails && kind != c.kind {
					t.Errorf("%q, %v", got, err)
				}
				if !slices.Equal(c.store.opened, c.opened) {
					t.Errorf("opened at %v", c.store.opened)
				}
			})
		})
	}
}

// A connection that brings nothing is given up after a minute, and tries are bounded in time.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{version: Version{ID: "one", Size: 6}, bring: []string{"id\n", ""}, silent: true}
		began := time.Now()
		got, err := s.read(t)
		if kind, _ := KindOf(err); err == nil || kind != Lost || got != "id\n" {
			t.Errorf("%q, %v", got, err)
		}
		if took := time.Since(began); took < 8*time.Minute || took > 10*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// A place that does not answer is given up after a few minutes, whatever is asked; one that refuses
// at once is tried for longer than a restart takes.
func TestNoAnswer(t *testing.T) {
	for absent, want := range map[time.Duration]int{time.Minute: 3, time.Nanosecond: tries} {
		synctest.Test(t, func(t *testing.T) {
			for name, ask := range map[string]func(*Opener) error{
				"open": func(o *Opener) error { _, err := o.Open(t.Context(), "s3://feeds/users.csv"); return err },
				"list": func(o *Opener) error { _, _, err := o.Expand(t.Context(), "s3://feeds/*.csv"); return err },
				"look": func(o *Opener) error { _, err := o.Stat(t.Context(), "s3://feeds/users.csv"); return err },
			} {
				asked, began := 0, time.Now()
				err := ask((&store{absent: func() error {
					asked++
					time.Sleep(absent)
					return Unreachable(nil)
				}}).opener())
				if kind, _ := KindOf(err); err == nil || kind != Lost || asked != want {
					t.Errorf("%s: asked %d times, %v", name, asked, err)
				}
				if took := time.Since(began); took < 30*time.Second || took > 4*time.Minute {
					t.Errorf("%s: it took %v", name, took)
				}
			}
		})
	}
}

// A context that ends also ends what is read.
func TestStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{version: Version{ID: "one", Size: 6}, bring: []string{"id\n"}, silent: true}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		r, err := s.opener().Open(ctx, "s3://feeds/users.csv")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.ReadAll(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// What may be shown of a URL has neither query nor password; what is a local path stays one.
func TestAdd(t *testing.T) {
	for text, want := range map[string]string{
		"users.csv":                            "users.csv",
		"-":                                    "-",
		"a://b":                                "a://b/",
		"C:/users.csv":                         "C:/users.csv",
		"file:///tmp/users.csv":                "/tmp/users.csv",
		"file://localhost/tmp/users.csv":       "/tmp/users.csv",
		"HTTPS://host/u.csv?sig=s3cret#s3cret": "https://host/u.csv",
		"https://me:s3cret@host/u.csv":         "https://host/u.csv",
		"https://s3cret@host/u.csv":            "https://host/u.csv",
		"https://host/u.csv?":                  "https://host/u.csv",
		"https://host?s3cret":                  "https://host/",
		"sftp://me:s3cret@host:22/u.csv":       "sftp://me@host:22/u.csv",
		"s3://feeds/a b/users-?.csv":           "s3://feeds/a b/users-?.csv",
		"s3://feeds/users-?.csv?region=s3cret": "s3://feeds/users-?.csv",
		"s3://key:s3cret@feeds/users.csv":      "s3://feeds/users.csv",
		"gs://feeds/100%/users.csv":            "gs://feeds/100%/users.csv",
	} {
		o := &Opener{}
		if got := o.Add(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
		if got := Shown(text); !strings.HasPrefix(text, "file:") && got != want {
			t.Errorf("%s is shown as %s", text, got)
		}
		if got := o.Shown([]string{text}); got[0] != want && !strings.HasPrefix(text, "file:") {
			t.Errorf("%s is shown as %s", text, got)
		}
	}
}

// A pattern matches files, and not the empty objects that consoles make for folders.
func TestExpand(t *testing.T) {
	s := &store{listed: []string{"in/b.csv", "in/", "in/below/c.csv", "in/a.csv"}}
	got, is, err := s.opener().Expand(t.Context(), "s3://feeds/in/*")
	if want := []string{"s3://feeds/in/a.csv", "s3://feeds/in/b.csv"}; err != nil || !is || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

// What is written comes from its beginning, below a folder.
func TestPut(t *testing.T) {
	s := &store{}
	if err := s.opener().Put(t.Context(), "s3://bucket/runs", "R/results.csv", bytes.NewReader([]byte("id\n")), 3); err != nil {
		t.Fatal(err)
	}
	if want := []string{"s3://bucket/runs/R/results.csv id\n"}; !slices.Equal(s.put, want) {
		t.Errorf("%q", s.put)
	}
}
