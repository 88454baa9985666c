package input

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
)

// CheckResults refuses to write results over a file that the run reads.
func CheckResults(c *config.Config, paths []string, stdin io.Reader) error {
	if c.Output.Results == "" || c.Output.Results == "-" {
		return nil
	}
	read := append(c.FilesRead(paths), paths...)
	taken := slices.ContainsFunc(read, func(path string) bool {
		return path != "" && path != "-" && SameFile(c.Output.Results, path)
	})
	if !taken && !isOpenedFrom(stdin, c.Output.Results) {
		return nil
	}
	return exit.Usage(fmt.Errorf("read settings: --results %s is a file that the run reads", c.Output.Results), "give the results a file of their own", "usersync run --help")
}

// SameFile reports whether two paths name one file. It follows links. If a file does
// not exist yet, it compares the paths, because the file may be created before the
// results are.
func SameFile(a, b string) bool {
	one, err := os.Stat(a)
	two, err2 := os.Stat(b)
	if err == nil && err2 == nil {
		return one.Mode().IsRegular() && os.SameFile(one, two)
	}
	return resolvePath(a) == resolvePath(b)
}

// resolvePath follows the links of a path as far as it exists.
func resolvePath(path string) string {
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		path = whole
	} else if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if absolute, err := filepath.Abs(path); err == nil {
		return absolute
	}
	return filepath.Clean(path)
}

// isOpenedFrom reports whether r was opened from path, as a shell does for < FILE.
func isOpenedFrom(r io.Reader, path string) bool {
	file, ok := r.(*os.File)
	if !ok {
		return false
	}
	opened, err := file.Stat()
	if err != nil || !opened.Mode().IsRegular() {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(opened, there)
}
