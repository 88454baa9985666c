package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/setting"
)

// schemaOfConfigs is docs/usersync.schema.json, which is what `usersync help schema` prints.
func schemaOfConfigs(t *testing.T) *jsonschema.Schema {
	t.Helper()
	var text strings.Builder
	if err := printSchema(&text); err != nil {
		t.Fatal(err)
	}
	matchPage(t, "usersync.schema.json", text.String())
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("usersync.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("usersync.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The schema accepts every config of this repository that the program reads.
func TestSchemaAcceptsConfigs(t *testing.T) {
	schema := schemaOfConfigs(t)
	configs := exampleConfigs(t)
	if len(configs) < 100 {
		t.Fatalf("only %d configs found", len(configs))
	}
	for name, text := range configs {
		if err := checkConfig(schema, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func checkConfig(schema *jsonschema.Schema, text string) error {
	asJSON, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return err
	}
	config, err := jsonschema.UnmarshalJSON(strings.NewReader(string(asJSON)))
	if err != nil {
		return err
	}
	return schema.Validate(config)
}

// exampleConfigs are the configs under deploy and docs, those in the fenced blocks of the
// documentation, and those of the test scripts that the program accepts.
func exampleConfigs(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	root := filepath.Join("..", "..")
	for _, pattern := range []string{"deploy/*/usersync.yaml", "docs/custom/*.yaml"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			found[path] = readText(t, path)
		}
	}
	scripts, err := filepath.Glob(filepath.Join(root, "testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range scripts {
		for _, f := range txtar.Parse([]byte(readText(t, path))).Files {
			if strings.HasSuffix(f.Name, ".yaml") && isAccepted(t, f.Data) {
				found[path+" "+f.Name] = string(f.Data)
			}
		}
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(pages, filepath.Join(root, "README.md")) {
		for i, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(readText(t, path), -1) {
			if isAccepted(t, []byte(block[1])) {
				found[fmt.Sprintf("%s %d", path, i)] = block[1]
			}
		}
	}
	return found
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The schema refuses what the program refuses.
func TestSchemaRefuses(t *testing.T) {
	schema := schemaOfConfigs(t)
	for name, text := range map[string]string{
		"an unknown key":          "too: kard",
		"an unknown API":          "to: kart",
		"a secret in clear":       "kard: {auth: {client_secret: hunter2}}",
		"an unknown word":         "mode: merge",
		"a text for true":         "sandbox: maybe",
		"an unknown setting":      "kard: {organisation: a}",
		"an unknown part of it":   "fields: {email: {colunm: A}}",
		"a global key in an API":  "kard: {sandbox: true}",
		"a list of a single path": "ledger: [a, b]",
	} {
		if checkConfig(schema, text) == nil {
			t.Errorf("%s is accepted: %s", name, text)
		}
	}
}

// Every setting is in the schema, with what it does.
func TestSchemaHasEverySetting(t *testing.T) {
	type object struct {
		Properties  map[string]*object
		Ref         string `json:"$ref"`
		Description string
		Definitions map[string]*object
	}
	var root object
	if err := json.Unmarshal([]byte(readText(t, filepath.Join("..", "..", "docs", "usersync.schema.json"))), &root); err != nil {
		t.Fatal(err)
	}
	for _, s := range config.Schema(connect.Sections()).Settings {
		at := &root
		for part := range strings.SplitSeq(s.Key, ".") {
			if at = at.Properties[part]; at == nil {
				t.Errorf("the schema has no %s", s.Key)
				break
			}
			if name, isRef := strings.CutPrefix(at.Ref, "#/definitions/"); isRef {
				at = root.Definitions[name]
			}
		}
		if at != nil && at.Description != s.Use {
			t.Errorf("the schema says of %s: %s", s.Key, at.Description)
		}
	}
}

// isAccepted reports whether the program reads a config.
func isAccepted(t *testing.T, text []byte) bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "usersync.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var cmd cobra.Command
	flags := config.AddFlags(&cmd, config.Declare(connect.Sections), setting.ForRun)
	if err := cmd.ParseFlags([]string{"--config", path, "--sandbox"}); err != nil {
		t.Fatal(err)
	}
	_, err := flags.Load(setting.Environment{
		Lookup:  func(name string) (string, bool) { return "value", !strings.HasPrefix(name, "USERSYNC_") },
		Environ: func() []string { return nil },
	})
	return err == nil
}
