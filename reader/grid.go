package reader

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"usersync/reader/damage"
	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/object"
	"usersync/reader/source"
)

// Grid is a file before any mapping: its columns, and the text of their cells. It is for
// one goroutine.
type Grid struct {
	f      *file
	header []string
	known  object.Keys
	place  map[string]int // of JSON keys
}

// GridRow is a row of a Grid.
type GridRow struct {
	Line int
	// Cells are those of the columns that Header then has, valid until the next row. JSON
	// can have more of them in later rows.
	Cells []string
	// Raw is the text of a CSV row, valid until the next row.
	Raw []byte
	// Broken says that the row cannot be parsed, or does not fit the header; there are no
	// Cells.
	Broken bool
}

// OpenGrid opens the first of o.Paths, and ignores Mapping and Accepts. If the first line
// of a CSV file does not look like a header and a later one does, it reads from that line,
// and Layout says which. An error is an *InputError.
func OpenGrid(ctx context.Context, o Options) (*Grid, error) {
	o.Mapping, o.Expect, o.CSV.Trailer = mapping.Config{}, Expected{MinAge: o.Expect.MinAge}, ""
	in := &Input{o: o, opening: newOpening(ctx, o.Places), digest: source.NewDigest()}
	if err := in.o.check(); err != nil {
		return nil, err
	}
	if err := checkStopped(ctx, o.Paths[0]); err != nil {
		return nil, err
	}
	f, err := in.start(o.Paths[0], true)
	if err != nil {
		return nil, err
	}
	g := &Grid{f: f, known: object.Keys{Known: isKnown(in.o.Mapping)}}
	if rows, ok := f.rows.(*csvRows); ok && o.CSV.HeaderRow == 0 {
		if err := rows.findHeader(f, o.CSV.Delimiter); err != nil {
			return nil, closeAfter(f.source, inputError(f.name, f.rows.line(), err))
		}
	}
	g.header = slices.Clone(f.layout.Header)
	g.place = make(map[string]int, len(g.header))
	for i, name := range g.header {
		g.place[name] = i
	}
	return g, nil
}

// findHeader reads from a later line if it looks like the header where the first does not.
func (r *csvRows) findHeader(f *file, delimiter string) error {
	if looksLikeHeader(r.table.Header()) || r.rejects.Count > 0 {
		return nil
	}
	line, _ := r.table.LaterHeader(looksLikeHeader)
	if line == 0 {
		line = r.belowTitle()
	}
	if line == 0 {
		return nil
	}
	if err := r.table.HeaderAt(line, delimiter); err != nil {
		return err
	}
	r.table.FindEdges()
	f.layout = Layout{Format: CSV, Delimiter: r.table.Delimiter(), Header: r.table.Header(), HeaderRow: line}
	return nil
}

// Layout returns the layout of the file.
func (g *Grid) Layout() Layout { return g.f.layout }

// Header lists the columns of the rows read so far.
func (g *Grid) Header() []string { return g.header }

// Close closes the file.
func (g *Grid) Close() error { return g.f.close() }

// Rows reads the rows, once: a second call continues where the first ended. An error is an
// *InputError, and the last.
func (g *Grid) Rows() func(yield func(GridRow, error) bool) {
	next := g.nextJSON
	if rows, ok := g.f.rows.(*csvRows); ok {
		next = func() (GridRow, error) { return g.nextCSV(rows) }
	}
	return func(yield func(GridRow, error) bool) {
		for {
			row, err := next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(row, inputError(g.f.name, g.f.rows.line(), err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func (g *Grid) nextCSV(r *csvRows) (GridRow, error) {
	row, err := r.table.Next()
	if err != nil {
		return GridRow{}, err
	}
	out := GridRow{Line: row.Line, Raw: row.Raw(), Broken: r.table.Damage(row, 0) != nil}
	if out.Broken {
		return out, nil
	}
	cells, err := r.table.Split(row.Bytes, 0, r.table.Delimiter())
	if out.Broken = err != nil || len(cells) < r.rejects.Count; out.Broken {
		return out, nil
	}
	out.Cells = cells[r.rejects.Count:]
	for i, cell := range out.Cells {
		if bare, is := bareFormula(cell); is {
			out.Cells[i] = bare
		}
	}
	return out, nil
}

// bareFormula takes ="..." off a cell.
func bareFormula(text string) (bare string, is bool) {
	if len(text) > 2 && text[0] == '=' && text[1] == '"' && text[len(text)-1] == '"' {
		return strings.ReplaceAll(text[2:len(text)-1], `""`, `"`), true
	}
	return text, false
}

func (g *Grid) nextJSON() (GridRow, error) {
	r, ok := g.f.rows.(*jsonRows)
	if !ok {
		return GridRow{}, errors.New("the file has neither rows nor objects")
	}
	if r.empty {
		return GridRow{}, r.emptied()
	}
	row, err := r.frame.Next()
	if err != nil {
		return GridRow{}, r.checkOthers(err)
	}
	out := GridRow{Line: row.Line}
	if out.Broken = damage.JSON(&row, r.charset()) != nil || !object.IsObject(row.Bytes); !out.Broken {
		out.Cells = g.objectCells(row)
	}
	return out, nil
}

// objectCells returns the values of an object by the columns, and adds those that are new.
func (g *Grid) objectCells(row frame.Row) []string {
	cells := make([]string, len(g.header))
	g.known.Texts(row.Bytes, func(name, text string) {
		at, known := g.place[name]
		if !known {
			if len(g.header) >= mostKeys {
				return
			}
			at = len(g.header)
			g.header, g.place[name], cells = append(g.header, name), at, append(cells, "")
		}
		cells[at] = text
	})
	return cells
}

// mostKeys is how many different keys of JSON objects a Grid tells apart.
const mostKeys = 10_000
