package setting

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/setting/internal/document"
)

// Partly returns what a config file that cannot be used says under some keys at its top, each of
// which is read on its own; nil if that is nothing. What is wrong is left out. As for ReadFile, an
// empty path is that of DefaultFile.
func Partly(path string, schema Schema, keys ...string) *File {
	path = cmp.Or(path, DefaultFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var valid []byte
	var known []string
	for _, b := range document.Blocks(text) {
		section, _, _ := strings.Cut(b.Key, ".")
		if !slices.Contains(keys, section) || slices.Contains(known, b.Key) {
			continue
		}
		if _, err := Parse(path, b.Text, schema); err == nil {
			valid, known = append(append(valid, b.Text...), '\n'), append(known, b.Key)
		}
	}
	f, err := Parse(path, valid, schema)
	if err != nil || len(known) == 0 {
		return nil
	}
	return f
}
