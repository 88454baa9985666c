// Package document parses the text of a config file, and says at which line something is
// wrong with it. It knows no setting.
//
// Start at Parse.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/exit"
)

// Document is a parsed text.
type Document struct {
	Path string     // names it in errors
	Root *yaml.Node // nil if the text is empty, or is not valid YAML
}

// Parse parses a text that was read from path. With an error the document is valid as far
// as it has a Root. Each key may stand only once in its mapping.
func Parse(path string, text []byte) (Document, error) {
	doc := Document{Path: path}
	var first, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	err := d.Decode(&first)
	if errors.Is(err, io.EOF) {
		return doc, nil
	}
	if err != nil {
		return doc, doc.unreadable(err)
	}
	doc.Root = first.Content[0]
	if end := d.Decode(&more); !errors.Is(end, io.EOF) {
		return doc, doc.Fault(max(more.Line, 1), "there is more than one document", "remove the second one")
	}
	return doc, doc.repeated(doc.Root, "")
}

// unreadable keeps only the line of a YAML error. The library's text may quote the
// file, which may hold secrets.
func (d Document) unreadable(err error) error {
	var line int
	if _, scan := fmt.Sscanf(err.Error(), "yaml: line %d:", &line); scan != nil {
		line = 1
	}
	return d.Fault(line, "this is not valid YAML", "look for a missing colon, a tab, or an open quote near this line")
}

// Fault is an *exit.Error about a line.
func (d Document) Fault(line int, text, hint string) error {
	return exit.Usage(&keyError{d.Path, line, text}, hint, "usersync help settings")
}

// keyError is an error at a line.
type keyError struct {
	path string
	line int
	text string
}

func (e *keyError) Error() string {
	return fmt.Sprintf("read config %s:%d: %s", e.path, e.line, e.text)
}

// repeated returns an error for the first key that a mapping holds twice, at any depth:
// otherwise one of the two would not count, and nothing would say which.
func (d Document) repeated(n *yaml.Node, prefix string) error {
	seen := map[string]int{}
	for i, child := range n.Content {
		key := prefix
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if child.Kind != yaml.ScalarNode {
				continue
			}
			if line, twice := seen[child.Value]; twice {
				return d.Twice(prefix+child.Value, line, child.Line)
			}
			seen[child.Value] = child.Line
			continue
		}
		if n.Kind == yaml.MappingNode {
			key = prefix + n.Content[i-1].Value + "."
		}
		if err := d.repeated(child, key); err != nil {
			return err
		}
	}
	return nil
}

// Twice is the fault of a line whose key already stands on the line first.
func (d Document) Twice(key string, first, line int) error {
	return d.Fault(line, fmt.Sprintf("key %s is already on line %d", key, first), "keep one of them")
}

// OneLine writes a mapping on one line, without comments.
func OneLine(n *yaml.Node) (string, error) {
	text, err := yaml.Marshal(flow(n))
	return strings.TrimSpace(string(text)), err
}

func flow(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return flow(n.Alias)
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style&^(yaml.LiteralStyle|yaml.FoldedStyle) | yaml.FlowStyle}
	for _, child := range n.Content {
		out.Content = append(out.Content, flow(child))
	}
	return out
}
