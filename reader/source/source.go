// Package source opens an input of users as plain UTF-8: a path, a URL or "-". It recognizes gzip and
// zstd by their magic bytes and decompresses them, reads and strips the byte order mark, and
// decodes other charsets.
//
// It knows neither CSV nor JSON, and nothing of users. Start at Open.
package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"time"

	"usersync/reader/place"
	"usersync/reader/workbook"
)

// Options say what to open.
type Options struct {
	// Path of the input, or its URL; "-" is Stdin.
	Path  string
	Stdin io.Reader
	// Places opens URLs; nil opens none.
	Places *place.Opener
	// Charset is a name or label in the WHATWG Encoding Standard, such as windows-1252, or
	// another common name, such as cp850 or ANSI.
	// Empty is UTF-8. A byte order mark overrides it.
	Charset string
	// UTF8 lists beginnings of files that are UTF-8 whatever Charset says, unless their
	// text is not valid UTF-8: then an editor saved them in Charset.
	UTF8 []string
	// Workbook says which sheet of a workbook is read. Its rows are UTF-8.
	Workbook workbook.Options
	// Digest, if not nil, counts and hashes what is read, once Count is called.
	Digest *Digest
	// Hash enables SHA256.
	Hash bool
	// MinAge refuses a regular file that was modified less than that long ago; 0: none.
	MinAge time.Duration
}

// Source is an open input. It is for one goroutine.
type Source struct {
	name     name
	once     bool
	charset  string
	sheet    *workbook.Sheet // nil if it is not a workbook
	raw      *raw
	archive  archive // nil if it is not one
	reader   io.Reader
	closers  []func() error
	digested *digestReader // may be nil
}

// Open opens the input that o names. An error is an *Error; an empty input is one. ctx also ends
// what is read from a URL.
func Open(ctx context.Context, o Options) (*Source, error) {
	s := &Source{name: name(Name(o.Path))}
	opened, seen, err := s.openRaw(ctx, o)
	if err != nil {
		return nil, err
	}
	s.raw = newRaw(opened, o.Hash)
	s.raw.watched = seen
	if err := s.raw.oldEnough(s.name, o.MinAge); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.assemble(o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Name returns the path as shown in messages: "-" is stdin.
func Name(path string) string {
	if path == "-" {
		return "stdin"
	}
	return path
}

// Name returns the input's name as shown in messages.
func (s *Source) Name() string { return string(s.name) }

// Once reports whether the input can be read only once, like a pipe.
func (s *Source) Once() bool { return s.once }

// Charset returns the charset that the input is decoded from; empty if it is UTF-8, as far as
// it was read.
// In decoded text U+FFFD replaces bytes that are not valid in the charset.
func (s *Source) Charset() string { return s.charset }

// Read reads UTF-8. An error other than io.EOF is an *Error.
func (s *Source) Read(p []byte) (int, error) {
	n, err := s.reader.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, s.name.unread(err)
}

// Count starts the digest, including what was read already, so an input can be opened and
// inspected before its turn.
func (s *Source) Count() error {
	if s.digested == nil {
		return nil
	}
	return s.digested.start()
}

// Release frees what reading takes, and keeps the file open for Unchanged.
func (s *Source) Release() error {
	err := s.closeTo(1)
	if s.raw.watched != nil && s.raw.object != nil {
		err = errors.Join(err, s.raw.object.Release())
	}
	return err
}

// Close closes the file and frees the decompressor. Stdin stays open.
func (s *Source) Close() error { return s.closeTo(0) }

func (s *Source) closeTo(n int) error {
	var errs []error
	for len(s.closers) > n {
		last := len(s.closers) - 1
		errs = append(errs, s.closers[last]())
		s.closers = s.closers[:last]
	}
	return errors.Join(errs...)
}

// openRaw returns the bytes, and what to compare later; nil if that is nothing.
func (s *Source) openRaw(ctx context.Context, o Options) (io.Reader, *watched, error) {
	if o.Path == "-" {
		s.once = true
		if o.Stdin == nil {
			return nil, nil, &Error{File: string(s.name), Rule: "stdin is not connected"}
		}
		if f, ok := o.Stdin.(*os.File); ok {
			info, err := f.Stat()
			if err != nil {
				return nil, nil, s.name.unopened(err)
			}
			return f, watch(f, info), nil
		}
		return o.Stdin, nil, nil
	}
	if place.Is(o.Path) {
		return s.openURL(ctx, o)
	}
	f, err := os.Open(o.Path)
	if err != nil {
		return nil, nil, s.name.unopened(err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(s.name.unopened(err), f.Close())
	}
	if info.IsDir() {
		return nil, nil, errors.Join(&Error{File: string(s.name), Rule: "is a directory", Hint: "name the files in it"}, f.Close())
	}
	s.once = !info.Mode().IsRegular()
	s.closers = append(s.closers, f.Close)
	return f, watch(f, info), nil
}

func (s *Source) openURL(ctx context.Context, o Options) (io.Reader, *watched, error) {
	r, err := o.Places.Open(ctx, o.Path)
	if err != nil {
		return nil, nil, s.name.unopened(err)
	}
	s.closers = append(s.closers, r.Close)
	if s.once = !r.Version().Known(); s.once {
		return r, nil, nil
	}
	return r, &watched{object: r, was: Version{object: r.Version()}}, nil
}

// assemble stacks the readers: bytes, decompressed, counted, decoded.
func (s *Source) assemble(o Options) error {
	plain, err := s.decompress()
	if err != nil {
		return err
	}
	if o.Digest != nil {
		s.digested = &digestReader{r: plain, digest: o.Digest}
		plain = s.digested
	}
	head, buffered := peeked(plain, foreignHead)
	if rule, hint := foreign(head); rule != "" {
		return &Error{File: string(s.name), Rule: rule, Hint: hint}
	}
	if workbook.Begins(head) {
		if s.sheet, err = workbook.Open(buffered, o.Workbook); err != nil {
			return s.name.unread(err)
		}
		s.reader = s.sheet
	} else if s.reader, err = s.decode(buffered, o); err != nil {
		return err
	}
	return s.refuseEmpty()
}

// refuseEmpty reads the first byte and puts it back.
func (s *Source) refuseEmpty() error {
	var first [1]byte
	for {
		n, err := s.Read(first[:])
		if n == 1 {
			s.reader = io.MultiReader(bytes.NewReader(first[:]), s.reader)
			return nil
		}
		if err == io.EOF && s.Unread() > 0 {
			return &Error{File: string(s.name), Rule: "has no cells on its first sheet, only on others", Hint: "write  sheet: NAME  in the config, or --sheet NAME"}
		}
		if err == io.EOF {
			return &Error{File: string(s.name), Rule: "is empty", Hint: "check the job that writes it"}
		}
		if err != nil {
			return err
		}
	}
}

// peeked returns the first n bytes, or fewer at the end, and a reader that still has them. An
// error comes again when the reader gets there.
func peeked(r io.Reader, n int) ([]byte, *bufio.Reader) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, _ := b.Peek(n)
	return head, b
}
