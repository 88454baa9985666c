package sftp

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"strings"
)

// match calls found with the files in a folder that a pattern names; dir ends with a slash, or is
// empty. What cannot be listed is an error: its files would be missing from the input, and no one
// would know. The library's Glob leaves them out.
func match(c *conn, dir string, pattern []string, found func(path string)) error {
	first, rest := pattern[0], pattern[1:]
	if !strings.ContainsAny(first, `*?[\`) && len(rest) > 0 {
		return match(c, dir+first+"/", rest, found)
	}
	all, err := c.ReadDir(cmp.Or(dir, "."))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return remoteError(err)
	}
	for _, entry := range all {
		if is, _ := path.Match(first, entry.Name()); !is { // the pattern is valid
			continue
		}
		if err := matchEntry(c, dir+entry.Name(), entry, rest, found); err != nil {
			return err
		}
	}
	return nil
}

// matchEntry continues with what matches so far. A link to nothing is not a file.
func matchEntry(c *conn, at string, info fs.FileInfo, rest []string, found func(path string)) (err error) {
	if info.Mode()&fs.ModeSymlink != 0 {
		info, err = c.Stat(at)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return remoteError(err)
	case len(rest) > 0 && info.IsDir():
		return match(c, at+"/", rest, found)
	case len(rest) == 0 && info.Mode().IsRegular():
		found(at)
	}
	return nil
}
