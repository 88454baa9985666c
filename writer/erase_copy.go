package writer

import (
	"errors"
	"io"
)

// copier rewrites a file and keeps where its checkpoints fall. After the first error
// it does nothing.
type copier struct {
	e     *Erasure
	to    io.Writer
	did   Copied
	wrong error
}

func (c *copier) fail(err error) {
	if c.wrong == nil {
		c.wrong = err
	}
}

func (c *copier) put(text []byte) {
	if c.wrong == nil {
		_, err := c.to.Write(text)
		c.fail(err)
	}
	c.did.Size += int64(len(text))
}

func (c *copier) erased(text []byte) {
	c.did.Erased++
	c.put(text)
}

// before says that the row of a record follows.
func (c *copier) before(record int) {
	for n := len(c.did.At); n < len(c.e.Checkpoints) && c.e.Checkpoints[n] < record; n++ {
		c.did.At = append(c.did.At, c.did.Size)
	}
}

// unreadable is a row that is not as it was written. One that a crash has cut off
// is removed if it may be the person's; any other such row needs a person to look.
func (c *copier) unreadable(row textRow, err error) {
	line, known := errors.AsType[*LineError](err)
	switch {
	case !known || line.Rule == ruleLong:
		c.fail(err)
	case !c.e.names(row.text):
		c.put(row.text)
	case line.Rule == ruleCut:
		c.did.Erased++
	default:
		c.fail(err)
	}
}

func (c *copier) end() (Copied, error) {
	for len(c.did.At) < len(c.e.Checkpoints) {
		c.did.At = append(c.did.At, c.did.Size)
	}
	return c.did, c.wrong
}
