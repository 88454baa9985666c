package chart

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/strvals"
	corev1 "k8s.io/api/core/v1"
)

var (
	helmCommand = regexp.MustCompile("(?m)^.*\\bhelm (?:-n \\S+ )?(?:template|install|upgrade) .*$|`'job.args=.*$|`--set .*$")
	setOption   = regexp.MustCompile(`--set ('[^']+'|[^\s` + "`" + `]+)|'(job\.args=[^']+)'`)
	template    = regexp.MustCompile(`-s templates/(\S+)`)
)

// TestDocumentedCommands renders every --set of the docs and of the notes, and the
// templates that they name.
func TestDocumentedCommands(t *testing.T) {
	docs, err := os.ReadFile("../../docs/kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := nightly.render(cases(t)["nightly"])
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, line := range helmCommand.FindAllString(string(docs)+"\n"+files["NOTES.txt"], -1) {
		values := cases(t)["nightly"]
		for _, option := range setOption.FindAllStringSubmatch(line, -1) {
			count++
			if err := strvals.ParseInto(strings.Trim(option[1], "'")+option[2], values); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
		rendered := nightly.mustRender(t, values)
		objects(t, rendered)
		for _, name := range template.FindAllStringSubmatch(line, -1) {
			if rendered[name[1]] == "" {
				t.Errorf("%s: renders no %s, only %v", line, name[1], slices.Sorted(maps.Keys(rendered)))
			}
		}
	}
	if count < 12 {
		t.Errorf("only %d options were found", count)
	}
}

// TestValuesInDocs renders the values that the docs show, each on top of the first ones.
func TestValuesInDocs(t *testing.T) {
	docs, err := os.ReadFile("../../docs/kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)( *)```yaml\n(.*?)```").FindAllStringSubmatch(string(docs), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d blocks", len(blocks))
	}
	first := unindented(blocks[0])
	rendered(t, parseValues(t, first))
	for _, block := range blocks[1:] {
		values := parseValues(t, first)
		for key, value := range parseValues(t, unindented(block)) {
			if below, ok := values[key].(map[string]any); ok {
				maps.Copy(below, value.(map[string]any))
			} else {
				values[key] = value
			}
		}
		rendered(t, values)
	}
}

func unindented(block []string) string {
	return strings.ReplaceAll("\n"+block[2], "\n"+block[1], "\n")
}

// TestExamplesAreAccepted renders the configs of docs/custom as configFile: no check of the
// chart takes a part of them for a secret.
func TestExamplesAreAccepted(t *testing.T) {
	paths, err := filepath.Glob("../../docs/custom/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d examples, %v", len(paths), err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got := only[*corev1.ConfigMap](rendered(t, map[string]any{"configFile": string(text)}))[0].Data["usersync.yaml"]
		if !strings.HasPrefix(got, strings.TrimSpace(string(text))) {
			t.Errorf("%s is changed:\n%s", path, got)
		}
	}
}
