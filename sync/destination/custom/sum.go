package custom

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"usersync/sync/destination/custom/internal/document"
)

// names returns the names in the section, among them those of the API's fields.
func names(n *yaml.Node) []string {
	var list []string
	for i, below := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			list = append(list, below.Value)
		}
		list = append(list, names(below)...)
	}
	return list
}

// Variables returns the names of the environment variables that the section uses.
func Variables(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	var names []string
	if name, ok := strings.CutPrefix(n.Value, "env:"); ok && n.Kind == yaml.ScalarNode {
		names = append(names, name)
	}
	for _, below := range n.Content {
		names = append(names, Variables(below)...)
	}
	return names
}

// Sum returns a hash that distinguishes two descriptions of an API. Values of
// variables and files are not part of it, nor is words: it changes only what is shown.
func Sum(n *yaml.Node) string {
	sum, pieces := sha256.New(), 0
	add(sum, withoutWords(n), &pieces)
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// withoutWords returns the section without words:.
func withoutWords(n *yaml.Node) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "words" {
			other := *n
			other.Content = slices.Concat(n.Content[:i], n.Content[i+2:])
			return &other
		}
	}
	return n
}

// add writes a node, whatever its style, and in place of an alias its target.
func add(sum hash.Hash, n *yaml.Node, pieces *int) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if *pieces++; *pieces > document.MaxPieces {
		return // reading the section refuses more
	}
	fmt.Fprintf(sum, "%d %s %q %d\n", n.Kind, n.Tag, n.Value, len(n.Content))
	for _, below := range n.Content {
		add(sum, below, pieces)
	}
}
