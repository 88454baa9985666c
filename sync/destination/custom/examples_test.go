package custom

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// section returns the section custom: of a config.
func section(t testing.TB, text string) *yaml.Node {
	t.Helper()
	var file struct {
		Custom yaml.Node `yaml:"custom"`
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	return &file.Custom
}

// example reads one of the worked examples, without its credentials.
func example(t testing.TB, name, url string) *Config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "custom", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	config, err := Decode(section(t, string(text)), nil)
	if err != nil {
		t.Fatal(err)
	}
	config.BaseURL, config.REST.Proxy = url, "none"
	return config
}

func TestExamplesAreRead(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", "custom", "*.yaml"))
	if err != nil || len(files) != 7 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		c, err := New(example(t, name, "https://api.example.com"))
		if err != nil {
			t.Fatal(name, err)
		}
		if c.Traits().Name != name || c.config.Sandbox != name {
			t.Errorf("%s calls itself %s and %s", name, c.Traits().Name, c.config.Sandbox)
		}
		c.CloseIdle()
	}
}
