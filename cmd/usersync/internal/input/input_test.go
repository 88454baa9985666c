package input

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/place"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Files of the command line replace those of the settings. The files that match a
// pattern are sorted, without repeats and without sidecars.
func TestPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"b.csv", "a.csv", "a.csv.sha256"} {
		write(t, name, "")
	}
	for name, c := range map[string]struct {
		args, patterns, want []string
	}{
		"command line":   {[]string{"x", "-"}, []string{"*.csv"}, []string{"x", "-"}},
		"a pattern":      {nil, []string{"*"}, []string{"a.csv", "b.csv"}},
		"each once":      {nil, []string{"b.csv", "*.csv"}, []string{"b.csv", "a.csv"}},
		"no match":       {nil, []string{"*.jsonl"}, nil},
		"nothing named":  {nil, nil, nil},
		"a broken glob":  {nil, []string{"[a"}, nil},
		"a missing file": {nil, []string{"c.csv"}, []string{"c.csv"}},
	} {
		got, err := Paths(t.Context(), &config.Config{Invocation: config.Invocation{Verb: "run"}, Input: config.Input{From: c.patterns}}, c.args)
		refused, ok := errors.AsType[*exit.Error](err)
		if !slices.Equal(got, c.want) || (c.want == nil) != (ok && refused.Code == exit.Misuse) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// Results must not overwrite an input, under any name.
func TestCheckResults(t *testing.T) {
	dir := t.TempDir()
	users := write(t, filepath.Join(dir, "users.csv"), "id\n1\n")
	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink(users, link); err != nil {
		t.Fatal(err)
	}
	stdin, err := os.Open(users)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	for name, c := range map[string]struct {
		results string
		paths   []string
		refused bool
	}{
		"another file":        {filepath.Join(dir, "results.csv"), []string{"-"}, false},
		"standard output":     {"-", []string{users}, false},
		"the input":           {users, []string{users}, true},
		"a link to the input": {link, []string{users}, true},
		"another way to it":   {filepath.Join(dir, ".", "users.csv"), []string{users}, true},
		"standard input":      {link, []string{"-"}, true},
		"a file to come":      {filepath.Join(dir, "later"), []string{filepath.Join(dir, "..", filepath.Base(dir), "later")}, true},
	} {
		settings := &config.Config{Output: config.Output{Results: c.results}}
		if err := CheckResults(settings, c.paths, stdin); (err != nil) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The digest covers all files in order. Computing it stops when the context is done.
// Two inputs have different fingerprint keys.
func TestDigestOf(t *testing.T) {
	dir := t.TempDir()
	one, two := write(t, filepath.Join(dir, "1.csv"), "id\n1\n"), write(t, filepath.Join(dir, "2.csv"), "id\n2\n")
	settings := &config.Config{Input: config.Input{Rows: config.Rows{Charset: "auto"}}}
	digest := func(ctx context.Context, paths ...string) Digest {
		t.Helper()
		d, err := DigestOf(ctx, settings, paths)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	both, other := digest(t.Context(), one, two), digest(t.Context(), two, one)
	if both.Bytes != 10 || len(both.SHA256) != 64 || both.SHA256 == other.SHA256 || both.Fingerprints.Check() == other.Fingerprints.Check() {
		t.Errorf("%+v and %+v", both, other)
	}
	if again := digest(t.Context(), one, two); again.SHA256 != both.SHA256 || again.Fingerprints.Check() != both.Fingerprints.Check() {
		t.Errorf("%+v, and then %+v", both, again)
	}
	stopped, stop := context.WithCancelCause(t.Context())
	why := errors.New("stopped")
	stop(why)
	if _, err := DigestOf(stopped, settings, []string{one}); !errors.Is(err, why) {
		t.Errorf("it continued reading: %v", err)
	}
	if _, err := DigestOf(t.Context(), settings, []string{filepath.Join(dir, "none")}); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("a missing file: %v", err)
	}
}

// Only a regular file can be read again, and has a version.
func TestRepeatable(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "users.csv"), "id\n")
	for path, want := range map[string]bool{file: true, "-": false, "/dev/null": false} {
		if got := Repeatable([]string{file, path}); got != want {
			t.Errorf("%s: %t", path, got)
		}
		if was := Versions(&config.Config{}, []string{path}, "csv")[0]; was.Modified.IsZero() == want {
			t.Errorf("%s: %+v", path, was)
		}
	}
}

// Of URLs that are shown alike one would be read instead of the other, so that its users would
// be lost, and a mirror would delete them.
func TestAlike(t *testing.T) {
	for name, test := range map[string]struct {
		urls []string
		code int
	}{
		"different queries":    {[]string{"https://h/u.csv?part=1", "https://h/u.csv?part=2"}, exit.Misuse},
		"one without":          {[]string{"https://h/u.csv", "https://h/u.csv?part=2"}, exit.Misuse},
		"different parameters": {[]string{"s3://b/u.csv?region=a", "s3://b/u.csv?region=b"}, exit.Misuse},
		"patterns":             {[]string{"s3://b/*.csv?region=a", "s3://b/*.csv?region=b"}, exit.Misuse},
		"a pattern":            {[]string{"s3://b/*.csv?region=a", "s3://b/u.csv?region=b"}, exit.Misuse},
		"the same twice":       {[]string{"https://h/u.csv?sig=a", "https://h/u.csv?sig=a"}, 0},
		"a pattern with it":    {[]string{"s3://b/*.csv?region=a", "s3://b/u.csv?region=a"}, 0},
		"no query":             {[]string{"https://h/u.csv", "https://h/u.csv"}, 0},
	} {
		for _, arg := range []bool{true, false} {
			places := &place.Opener{Stores: func(string, place.Credentials) (place.Store, error) { return listing{}, nil }}
			c := &config.Config{Places: places}
			var args []string
			if shown := places.AddAll(test.urls); arg {
				args = shown
			} else {
				c.Input.From = shown
			}
			_, err := Paths(t.Context(), c, args)
			e, _ := errors.AsType[*exit.Error](err)
			if (err != nil) != (test.code != 0) || e != nil && e.Code != test.code {
				t.Errorf("%s, arguments %t: %v", name, arg, err)
			}
		}
	}
	// A fresh signature on the command line is not the one of the config.
	places := &place.Opener{}
	c := &config.Config{Places: places, Input: config.Input{From: places.AddAll([]string{"https://h/u.csv?sig=old"})}}
	if _, err := Paths(t.Context(), c, places.AddAll([]string{"https://h/u.csv?sig=new"})); err != nil {
		t.Error(err)
	}
}

// listing is a place with one file.
type listing struct{ place.Store }

func (listing) List(_ context.Context, _ place.URL, _ string, found func(string)) error {
	found("u.csv")
	return nil
}

// A place that cannot be reached is temporary; one that is wrong, or refuses, is not.
func TestPlaceErrors(t *testing.T) {
	for kind, code := range map[place.Kind]int{place.Lost: exit.Temporary, place.Missing: exit.Misuse, place.Denied: exit.Misuse, place.Misused: exit.Misuse} {
		places := &place.Opener{Wait: func(int) time.Duration { return 0 },
			Stores: func(string, place.Credentials) (place.Store, error) {
				return nil, &place.Error{Kind: kind, Rule: "is wrong"}
			}}
		c := &config.Config{Places: places}
		_, err := Paths(t.Context(), c, []string{"s3://feeds/*.csv"})
		if e, ok := errors.AsType[*exit.Error](err); !ok || e.Code != code || (e.Next == "usersync help settings") != (kind == place.Misused) || e.Next == "" {
			t.Errorf("%d: %v", kind, err)
		}
		for _, setting := range []*string{&c.Proof.Records, &c.Proof.SHA256} {
			*setting = "s3://feeds/expected.txt"
			_, err = expectations(t.Context(), c)
			if e, ok := errors.AsType[*exit.Error](err); !ok || e.Code != code || e.Next == "" {
				t.Errorf("%d: %v", kind, err)
			}
			*setting = ""
		}
	}
}
