package main

import (
	"strings"
	"testing"
	"testing/fstest"
)

const testWords = `
behind | wrong word | "after" | behind a proxy, left behind
take up, takes up | one term | "absorb"
nobody | stiff | "no one"
`

// TestFinds has a case for each kind of file: what is prose there, and what is not.
func TestFinds(t *testing.T) {
	const (
		excused   = "prose:" + "allow nobody: quoted by a test"
		noReason  = "prose:" + "allow nobody"
		neverUsed = "prose:" + "allow behind: it was here once"
	)
	for name, c := range map[string]struct {
		path, text string
		want       string // the lines printed, without reasons
	}{
		"markdown":            {"a.md", "# Title\n\nNobody waits behind it.\n", "a.md:3: nobody\na.md:3: behind"},
		"over a line break":   {"a.md", "It takes\nup a run.\n", "a.md:1: takes up"},
		"over punctuation":    {"a.md", "Takes. Up.\n", ""},
		"a phrase that is ok": {"a.md", "Behind a\nproxy, and files left behind.\n", ""},
		"code span":           {"a.md", "Call `nobody` now, see [it](docs/nobody.md).\n", ""},
		"a flag, a path":      {"a.md", "See docs/nobody.md and --nobody and x.nobody.\n", ""},
		"code block":          {"a.md", "```sh\nnobody   # nobody waits\n```\n", "a.md:2: nobody"},
		"console block":       {"a.md", "```console\n$ x # nobody\nnobody\n```\nnobody\n", "a.md:5: nobody"},
		"quoted":              {"a.md", "<!-- quoted from the program -->\nnobody\n<!-- end of quote -->\nnobody\n", "a.md:4: nobody"},
		"excused":             {"a.md", "Nobody. <!-- " + excused + " -->\n", ""},
		"excused before":      {"a.md", "<!-- " + excused + " -->\nNobody.\nNobody.\n", "a.md:3: nobody"},
		"no reason":           {"a.md", "Nobody. <!-- " + noReason + " -->\n", "a.md:1: nobody\na.md:1: " + noReason},
		"excuses nothing":     {"a.md", "Words. <!-- " + neverUsed + " -->\n", "a.md:1: prose:" + "allow behind"},
		"yaml":                {"deploy/a.yaml", "nobody: nobody  # nobody\n", "deploy/a.yaml:1: nobody"},
		"unit":                {"deploy/a.service", "[Unit]\nDescription=Nobody waits\nUser=nobody\n", "deploy/a.service:2: nobody"},
		"shell":               {"deploy/a", "#!/bin/nobody\n# takes up\necho nobody\n", "deploy/a:2: takes up"},
		"script":              {"testdata/a.txtar", "# Nobody waits.\nexec nobody\n-- a.csv --\n# nobody\n", "testdata/a.txtar:1: nobody"},
		"go comment":          {"a.go", "package a\n\n// It takes\n// up a run.\nvar nobody = 1\n", "a.go:3: takes up"},
		"go string":           {"a.go", "package a\n\nvar a, b = \"nobody waits\", \"nobody\"\n", "a.go:3: nobody"},
		"go raw string":       {"a.go", "package a\n\nconst a = `two\nlines, nobody`\n", "a.go:4: nobody"},
		"go string of a test": {"a_test.go", "package a\n\nvar a = \"nobody waits\" // behind\n", "a_test.go:3: behind"},
		"go struct tag":       {"a.go", "package a\n\ntype a struct {\n\tb int `x:\"behind it\"`\n}\n", ""},
		"go excused":          {"a.go", "package a\n\n// " + excused + "\nvar a = \"nobody waits\"\n", ""},
		"go code in comment":  {"a.go", "package a\n\n// So:\n//\n//\tnobody()\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := findings(t, fstest.MapFS{c.path: {Data: []byte(c.text)}}, ""); got != c.want {
				t.Errorf("found\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestOnly(t *testing.T) {
	files := fstest.MapFS{
		"a.md": {Data: []byte("nobody\n")},
		"a.go": {Data: []byte("package a // nobody\n\nvar a = \"nobody waits\"\n")},
	}
	for only, want := range map[string]string{
		"docs":          "a.md:1: nobody",
		"comments":      "a.go:1: nobody",
		"strings":       "a.go:3: nobody",
		"docs,comments": "a.go:1: nobody\na.md:1: nobody",
	} {
		if got := findings(t, files, only); got != want {
			t.Errorf("-only %s: found\n%s\nwant\n%s", only, got, want)
		}
	}
	if err := checkKinds("docs,dogs"); err == nil {
		t.Error("a kind that does not exist was accepted")
	}
}

func TestListIsChecked(t *testing.T) {
	for _, text := range []string{
		"",
		"# only a comment",
		"word | why",
		"word |  | instead",
		"word | why | instead\nother, word | why | instead",
	} {
		if _, err := parseList(text); err == nil {
			t.Errorf("accepted the list %q", text)
		}
	}
}

// TestRepository holds all our prose to the real list.
func TestRepository(t *testing.T) {
	var out, errs strings.Builder
	if code := run([]string{"../.."}, &out, &errs); code != 0 {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
}

// BenchmarkRepository is what the check costs before each commit.
func BenchmarkRepository(b *testing.B) {
	for b.Loop() {
		var out, errs strings.Builder
		if code := run([]string{"../.."}, &out, &errs); code != 0 {
			b.Fatalf("exit code %d\n%s%s", code, out.String(), errs.String())
		}
	}
}

func TestExcept(t *testing.T) {
	files := fstest.MapFS{
		"a/b/x.md": {Data: []byte("nobody\n")}, "a/b/c/y.md": {Data: []byte("nobody\n")}, "a/bb/z.md": {Data: []byte("nobody\n")},
	}
	list, err := parseList(testWords)
	if err != nil {
		t.Fatal(err)
	}
	found, err := check(without{files, "a/b"}, list, "", map[string]int{})
	if err != nil || len(found) != 1 || found[0].path != "a/bb/z.md" {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestExitCodes(t *testing.T) {
	for _, args := range [][]string{{"-only", "dogs"}, {"-bogus"}, {t.TempDir()}} {
		var out, errs strings.Builder
		if code := run(args, &out, &errs); code != 2 || errs.Len() == 0 {
			t.Errorf("%v: exit code %d, %q", args, code, errs.String())
		}
	}
}

func findings(t *testing.T, files fstest.MapFS, only string) string {
	t.Helper()
	list, err := parseList(testWords)
	if err != nil {
		t.Fatal(err)
	}
	found, err := check(files, list, only, map[string]int{})
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, 0, len(found))
	for _, f := range found {
		if !f.fine {
			lines = append(lines, f.String())
		}
	}
	return strings.Join(lines, "\n")
}
