// Package source opens an input of users as plain UTF-8: a path or "-", gzip
// and zstd taken off by their magic bytes, the byte-order mark read and
// stripped, other charsets decoded.
//
// It knows neither CSV nor JSON and nothing of users. Start at Open.
package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"time"
)

// Options say what to open.
type Options struct {
	// Path of the input; "-" is Stdin.
	Path  string
	Stdin io.Reader
	// Charset is a name or label of the WHATWG Encoding Standard, such as
	// windows-1252. Empty is UTF-8. A byte-order mark overrides it.
	Charset string
	// UTF8 lists beginnings of files that are UTF-8 whatever Charset says.
	UTF8 []string
	// Tally, if not nil, counts and hashes what is read, once Count is called.
	Tally *Tally
	// Hash asks for SHA256.
	Hash bool
	// MinAge refuses a regular file that was modified less than that long ago; 0: none.
	MinAge time.Duration
}

// Source is an open input. It is used by one goroutine.
type Source struct {
	name    string
	once    bool
	charset string
	raw     *raw
	archive archive // nil if it is none
	reader  io.Reader
	closers []func() error
	tallied *tallied // may be nil
}

// Error is an input that cannot be read, or not to its end.
type Error struct {
	File string
	Rule string // what is wrong, without any content of the file
	Hint string // what to do; may be empty
	Err  error  // may be nil
}

// Error names the file and the rule.
func (e *Error) Error() string { return e.File + ": " + e.Rule }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Open opens what o names. An error is an *Error; an empty input is one.
func Open(o Options) (*Source, error) {
	s := &Source{name: Name(o.Path)}
	opened, err := s.openRaw(o)
	if err != nil {
		return nil, err
	}
	s.raw = newRaw(opened, o.Hash)
	if f, ok := opened.(*os.File); ok {
		info, err := f.Stat()
		if err != nil {
			return nil, errors.Join(openError(s.name, err), s.Close())
		}
		s.watch(f, info)
	}
	if err := s.oldEnough(o.MinAge); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.assemble(o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Name is what people call the path: "-" is stdin.
func Name(path string) string {
	if path == "-" {
		return "stdin"
	}
	return path
}

// Name is what people call the input.
func (s *Source) Name() string { return s.name }

// Once reports whether the input can be read only one time, as a pipe can.
func (s *Source) Once() bool { return s.once }

// Charset is the charset that the input was decoded from; empty if the input
// was UTF-8 already. In decoded text U+FFFD stands for bytes that are not valid
// in the charset.
func (s *Source) Charset() string { return s.charset }

// Read reads UTF-8. An error other than io.EOF is an *Error.
func (s *Source) Read(p []byte) (int, error) {
	n, err := s.reader.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if own, ok := errors.AsType[*Error](err); ok {
		return n, own
	}
	return n, s.changed(err)
}

// Count begins to tally, with what was read already. So an input can be opened
// and looked at before it is its turn.
func (s *Source) Count() error {
	if s.tallied == nil {
		return nil
	}
	return s.tallied.begin()
}

// Release frees what reading takes, and keeps the file open for Unchanged.
func (s *Source) Release() error { return s.closeTo(1) }

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

func (s *Source) openRaw(o Options) (io.Reader, error) {
	if o.Path == "-" {
		s.once = true
		if o.Stdin == nil {
			return nil, &Error{File: s.name, Rule: "stdin is not connected"}
		}
		return o.Stdin, nil
	}
	f, err := os.Open(o.Path)
	if err != nil {
		return nil, openError(s.name, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(openError(s.name, err), f.Close())
	}
	if info.IsDir() {
		return nil, errors.Join(&Error{File: s.name, Rule: "is a directory", Hint: "name the files in it"}, f.Close())
	}
	s.once = !info.Mode().IsRegular()
	s.closers = append(s.closers, f.Close)
	return f, nil
}

func openError(name string, err error) *Error {
	e := &Error{File: name, Rule: "cannot be opened", Err: err}
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.Rule, e.Hint = "no such file", "check the path; a relative one starts at the working directory"
	case errors.Is(err, os.ErrPermission):
		e.Rule, e.Hint = "may not be read by this user", "check its permissions: ls -l "+name
	}
	return e
}

// assemble stacks the readers: bytes, decompressed, counted, decoded.
func (s *Source) assemble(o Options) error {
	plain, err := s.decompress()
	if err != nil {
		return err
	}
	if o.Tally != nil {
		s.tallied = &tallied{r: plain, t: o.Tally}
		plain = s.tallied
	}
	if s.reader, err = s.decode(plain, o); err != nil {
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
		if err == io.EOF {
			return &Error{File: s.name, Rule: "is empty", Hint: "check the job that writes it"}
		}
		if err != nil {
			return err
		}
	}
}

// peeked returns the first n bytes, or fewer at the end, and a reader that
// still has them. What stopped it short comes again when the reader gets there.
func peeked(r io.Reader, n int) ([]byte, *bufio.Reader) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, _ := b.Peek(n)
	return head, b
}
