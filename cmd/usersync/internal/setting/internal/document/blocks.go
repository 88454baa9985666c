package document

import (
	"bytes"
	"regexp"
)

// Block is a key at the top of a config file, with the lines that belong to it.
type Block struct {
	Key  string // may be dotted
	Text []byte
}

// Blocks cuts a text that need not be valid YAML into the keys at its top: each begins at a line
// that begins with it, and ends before the next one, or with its document. What comes before the
// first is left out.
func Blocks(text []byte) (all []Block) {
	starts := regexp.MustCompile(`(?m)^(?:\x{FEFF})?["']?([A-Za-z_][A-Za-z0-9_.]*)["']?[ \t]*:`).FindAllSubmatchIndex(text, -1)
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		block := bytes.TrimPrefix(text[at[0]:end], []byte("\uFEFF"))
		for _, mark := range []string{"\n---", "\n..."} {
			block, _, _ = bytes.Cut(block, []byte(mark))
		}
		all = append(all, Block{Key: string(text[at[2]:at[3]]), Text: block})
	}
	return all
}
