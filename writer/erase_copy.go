package writer

import (
	"bytes"
	"errors"
	"io"
)

// copier rewrites a file and keeps where its checkpoints are. After the first error it does
// nothing.
type copier struct {
	e    *Erasure
	to   io.Writer
	done Copied
	err  error

	shownAs string // the pseudonym of the person's id; empty if ids are not replaced
}

func (c *copier) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *copier) put(text []byte) {
	if c.err == nil {
		_, err := c.to.Write(text)
		c.fail(err)
	}
	c.done.Size += int64(len(text))
}

func (c *copier) erased(text []byte) {
	c.done.Erased++
	c.put(text)
}

// before says that the row of a record is next.
func (c *copier) before(record int) {
	for n := len(c.done.At); n < len(c.e.Checkpoints) && c.e.Checkpoints[n] < record; n++ {
		c.done.At = append(c.done.At, c.done.Size)
	}
}

// unreadable handles a row that is not as it was written. One that a crash has truncated is
// removed if it may be the person's; for any other such row a person must look.
func (c *copier) unreadable(row textRow, err error) {
	line, known := errors.AsType[*LineError](err)
	switch {
	case !known || line.Rule == ruleLong:
		c.fail(err)
	case !c.e.names(row.text) && (c.shownAs == "" || !bytes.Contains(row.text, []byte(c.shownAs))):
		c.put(row.text)
	case line.Rule == ruleCut:
		c.done.Erased++
	default:
		c.fail(err)
	}
}

func (c *copier) end() (Copied, error) {
	for len(c.done.At) < len(c.e.Checkpoints) {
		c.done.At = append(c.done.At, c.done.Size)
	}
	return c.done, c.err
}
