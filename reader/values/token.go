package values

import (
	"encoding/json"
	"slices"

	"usersync/reader/frame"
)

// key consumes a key and the colon after it.
func (t *text) key() (string, error) {
	raw, err := t.scalar()
	if err != nil {
		return "", err
	}
	name, ok := unquoted(raw)
	if !ok {
		return "", t.broken(nil, brokenObject)
	}
	return name, t.expect(':', brokenObject)
}

// scalar consumes a text, a number or a word.
func (t *text) scalar() ([]byte, error) {
	if _, err := t.skipSpace(); err != nil {
		return nil, t.broken(err, openObject)
	}
	t.cut = cut{}
	for !t.cut.scalar(t.Data()) {
		if t.cut.pos > frame.MaxRecord || !t.More() {
			return nil, t.broken(t.Err(), openObject)
		}
	}
	raw := slices.Clone(t.Data()[:t.cut.pos])
	if len(raw) == 0 {
		return nil, t.broken(nil, brokenObject)
	}
	t.line += t.cut.lines
	t.Drop(t.cut.pos)
	return raw, nil
}

func (t *text) expect(want byte, rule string) error {
	if c, err := t.skipSpace(); err != nil || c != want {
		return t.broken(err, rule)
	}
	t.Drop(1)
	return nil
}

func unquoted(raw []byte) (text string, ok bool) {
	if raw[0] != '"' {
		return "", false
	}
	err := json.Unmarshal(raw, &text)
	return text, err == nil
}
