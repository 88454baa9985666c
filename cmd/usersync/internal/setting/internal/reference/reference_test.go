package reference

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSecretFile(t *testing.T) {
	dir := t.TempDir()
	for content, want := range map[string]string{"hush": "hush", "hush\n": "hush", "hush\r\n": "hush", "hush\n\n": "hush\n"} {
		if err := os.WriteFile(filepath.Join(dir, "s"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Expand("file:s", dir, nil); err != nil || got != want {
			t.Errorf("%q: %q, %v", content, got, err)
		}
	}
}
