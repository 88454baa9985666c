package reader

import (
	"bytes"
	"strings"
)

// foreign returns what a file is that is no list at all; empty if it may be one.
func foreign(data []byte) (rule, hint string) {
	head := strings.ToLower(string(bytes.TrimLeft(data[:min(len(data), 512)], "\uFEFF \t\r\n")))
	for _, kind := range []struct{ begins, rule, hint string }{
		{"<!doctype html", "is a web page (HTML), not a list of users", "the download probably asked for a login or failed: open the file, then fetch it again"},
		{"<html", "is a web page (HTML), not a list of users", "the download probably asked for a login or failed: open the file, then fetch it again"},
		{"<?xml", "is XML, which is not read", "export the users as CSV or JSON"},
		{"version https://git-lfs.github.com/", "is a pointer of Git LFS to the file, not the file itself", "fetch the file: git lfs pull"},
	} {
		if strings.HasPrefix(head, kind.begins) {
			return kind.rule, kind.hint
		}
	}
	return "", ""
}
