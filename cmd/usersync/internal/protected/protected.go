// Package protected reads the list that --protect names, of users that are never touched.
//
// It does not know what is refused because of the list: packages protect, stack and mirror
// do. Start at Read.
package protected

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/place"
	"usersync/reader/source"
	"usersync/sync/identity"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Read reads the list of protected users that c names; nil if it names none. What
// is no list of ids is an *exit.Error: one that protects no one is more likely broken
// than meant.
//
// The list is read like any input: UTF-8, or UTF-16 with a byte order mark, or the
// charset of c; with any line ends, quoted or not. It is one id a line, or CSV with a
// header that names the column of ids.
func Read(ctx context.Context, c *config.Config) (*protect.List, error) {
	path := c.Guards.Protect
	if path == "" {
		return nil, nil
	}
	wrong := func(err error) error {
		err = fmt.Errorf("read --protect %s: %w", path, err)
		if e := c.AtPlace(err); e != nil {
			return e
		}
		return exit.Usage(err, "nothing was sent; give a file with one id a line, or CSV with a column id", "")
	}
	if path == "-" {
		return nil, wrong(errors.New("standard input holds users to be sent"))
	}
	text, err := protectedText(ctx, c.Places, path, c.Input.Charset)
	if bad, ok := errors.AsType[*source.Error](err); ok && bad.Err != nil {
		return nil, wrong(bad.Err)
	}
	if err != nil {
		return nil, wrong(err)
	}
	ids, err := protectedIDs(text, idColumns(c))
	if err != nil {
		return nil, wrong(err)
	}
	if len(ids) == 0 {
		return nil, exit.Usage(fmt.Errorf("read --protect %s: it holds no id", path), "nothing was sent; leave the flag out to protect no one", "")
	}
	return protect.New(ids), nil
}

// protectedText reads a list. The charset is that of the input, and the list may be
// UTF-8 all the same.
func protectedText(ctx context.Context, places *place.Opener, path, charset string) (string, error) {
	text, err := readAll(ctx, source.Options{Path: path, Places: places})
	if err == nil && !utf8.ValidString(text) && charset != "auto" && charset != "" {
		text, err = readAll(ctx, source.Options{Path: path, Places: places, Charset: charset})
	}
	switch {
	case err != nil:
		return "", err
	case !utf8.ValidString(text):
		return "", errors.New("it is not UTF-8; save it as UTF-8, or say with --charset what it is")
	case strings.ContainsRune(text, 0):
		return "", errors.New("it holds NUL bytes, as UTF-16 without a byte order mark does; save it as UTF-8")
	case strings.ContainsRune(text, utf8.RuneError):
		return "", errors.New("it holds characters that are damaged; save it as UTF-8")
	}
	return text, nil
}

func readAll(ctx context.Context, o source.Options) (text string, err error) {
	s, err := source.Open(ctx, o)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := io.ReadAll(s)
	return string(all), err
}

// idColumns are the names of the column of ids, folded.
func idColumns(c *config.Config) []string {
	var names []string
	for _, r := range c.Input.Fields {
		if r.Field == user.ID && r.Column != "" {
			names = append(names, foldedName(r.Column))
		}
	}
	for name, f := range reader.Names() {
		if f == user.ID {
			names = append(names, foldedName(name))
		}
	}
	return names
}

func foldedName(name string) string { return strings.ToLower(identity.Clean(name)) }
