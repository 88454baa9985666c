package reader

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// foreign returns what a file is that is no list at all; empty if it may be one.
func foreign(data []byte) (rule, hint string) {
	head := strings.ToLower(string(bytes.TrimLeft(data[:min(len(data), 512)], "\uFEFF \t\r\n")))
	switch {
	case everySecond(data, 1):
		return "is UTF-16 without a byte order mark", "write  charset: utf-16le  in the config, or --charset utf-16le"
	case everySecond(data, 0):
		return "is UTF-16 without a byte order mark", "write  charset: utf-16be  in the config, or --charset utf-16be"
	case webPage().MatchString(head):
		return "is a web page (HTML), not a list of users", "the download probably asked for a login or failed: open the file, then fetch it again"
	case strings.HasPrefix(head, "<?xml"):
		return "is XML, which is not read", "export the users as CSV or JSON"
	case strings.HasPrefix(head, "version https://git-lfs.github.com/"):
		return "is a pointer of Git LFS to the file, not the file itself", "fetch the file: git lfs pull"
	case strings.HasPrefix(head, "/annex/objects/"):
		return "is a pointer of git-annex to the file, not the file itself", "fetch the file: git annex get FILE"
	}
	return "", ""
}

// everySecond reports whether of the first four bytes that one and the second after it, and no other,
// are zero: so letters of ASCII are in UTF-16.
func everySecond(data []byte, from int) bool {
	return len(data) > 3 && data[from] == 0 && data[from+2] == 0 && data[1-from] != 0 && data[3-from] != 0
}

// webPage matches how web pages begin, also those without a head, and tables saved as .xls.
var webPage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype html|(html|head|body|title|meta|script|style|table|div|center|h1|p|pre)[ >/])`)
})

// foreignRows returns what a file is that should have rows and begins like another format.
func foreignRows(data []byte) (rule, hint string) {
	head := bytes.Join(bytes.Fields(bytes.TrimLeft(data[:min(len(data), 512)], "\x1e")), nil)
	if bytes.HasPrefix(head, []byte(`{"`)) || bytes.HasPrefix(head, []byte(`[{`)) {
		return "is JSON, and not CSV", "write  format: jsonl  in the config, or --format jsonl"
	}
	return "", ""
}
