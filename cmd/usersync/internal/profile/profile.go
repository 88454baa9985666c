// Package profile looks at the cells of a file and says what its columns hold: how many
// cells are filled and different, which look like markers, addresses or dates, and which
// masked shapes they have.
//
// It keeps no cell, only counts, hashes and shapes, in memory that does not grow with the
// file. It knows no fields and decides nothing. Start at Read.
package profile

import (
	"context"
	"hash/maphash"

	"usersync/reader"
)

// Profile is what is known of a file.
type Profile struct {
	Columns []*Column
	Rows    int // profiled
	Broken  int // rows that cannot be read, which are not profiled

	seed maphash.Seed
}

// New returns an empty profile of a file with these columns.
func New(header []string) *Profile {
	p := &Profile{seed: maphash.MakeSeed()}
	p.widen(header)
	return p
}

func (p *Profile) widen(header []string) {
	for i := len(p.Columns); i < len(header); i++ {
		c := newColumn(header[i], p.seed, len(header))
		c.Rows, c.Empty = p.Rows, p.Rows
		p.Columns = append(p.Columns, c)
	}
}

// Add adds a row. header is that of the file, which can have grown.
func (p *Profile) Add(header, cells []string) {
	if len(header) > len(p.Columns) {
		p.widen(header)
	}
	p.Rows++
	for i, c := range p.Columns {
		if i < len(cells) {
			c.add(cells[i])
		} else {
			c.add("")
		}
	}
}

// Read reads a file to its end. It returns what it has found with an error.
func Read(ctx context.Context, g *reader.Grid) (*Profile, error) {
	p := New(g.Header())
	for row, err := range g.Rows() {
		switch {
		case err != nil:
			return p, err
		case ctx.Err() != nil:
			return p, context.Cause(ctx)
		case row.Broken:
			p.Broken++
		default:
			p.Add(g.Header(), row.Cells)
		}
	}
	return p, nil
}
