package scrub

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"sync"

	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// removed stands for a text that is not known to be harmless.
const removed = "[removed]"

// mask replaces what could name a person or a company. Its key is random and is kept nowhere:
// the same id has the same hash within one bundle, and no one can test guesses.
type mask struct {
	key   [32]byte
	words *vocabulary.Vocabulary
}

func newMask() *mask {
	m := &mask{words: vocabulary.New()}
	rand.Read(m.key[:]) // never fails: crypto/rand aborts the program instead
	return m
}

// id returns the hash of an id or of a key; empty for an empty one.
func (m *mask) id(text string) string {
	if text == "" || text == user.Erased {
		return text
	}
	h := hmac.New(sha256.New, m.key[:])
	h.Write([]byte(text))
	return "h-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// phrase returns a sentence with only the words that are harmless in any API's errors.
func (m *mask) phrase(text string) string { return m.words.Clean(text, "") }

// The shapes of texts that are kept where they are expected.
var (
	word   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`) })
	moment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{4}-\d\d-\d\dT[0-9:.]+Z$`) })
	run    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{8}T\d{6}Z-[a-z2-7]{6}$`) })
	ranges = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9,-]*$`) })
)

// plain are the keys of JSON documents of a run whose texts are words of usersync itself, or
// codes of the API.
var plain = map[string]bool{
	"state": true, "code": true, "what": true, "holds": true, "format": true, "version": true, "commit": true, "destination": true,
	"kind": true, "action": true, "outcome": true, "status": true, "mode": true, "result": true, "op": true, "cause": true, "retry": true,
}

// phrases are the keys whose texts are sentences.
var phrases = map[string]bool{"reason": true, "hint": true, "why": true, "detail": true, "message": true}

// value returns a value of a JSON document at a key, with every text in it that is not known to
// be harmless removed. Numbers stay.
func (m *mask) value(key string, v any) any {
	switch v := v.(type) {
	case string:
		return m.text(key, v)
	case []any:
		for i := range v {
			v[i] = m.value(key, v[i])
		}
	case map[string]any:
		masked := make(map[string]any, len(v))
		for name, inner := range v {
			masked[m.name(name)] = m.value(name, inner)
		}
		return masked
	}
	return v
}

// name is a key of a document, or a code.
func (m *mask) name(text string) string {
	if word().MatchString(text) {
		return text
	}
	return m.id(text)
}

func (m *mask) text(key, text string) string {
	switch {
	case text == "", plain[key] && word().MatchString(text), key == "version" && !strings.ContainsAny(text, "/@ "),
		moment().MatchString(text), run().MatchString(text), key == "records" && ranges().MatchString(text):
		return text
	case key == "field":
		return fieldName(text)
	case key == "request_id":
		return m.id(text)
	case phrases[key]:
		return m.phrase(text)
	}
	return removed
}

// fieldName is the name of a field; that of an open field is the caller's own.
func fieldName(text string) string {
	if f := user.Field(text); f.IsOpen() {
		prefix, _, _ := strings.Cut(text, ".")
		return prefix + "." + removed
	}
	if word().MatchString(text) {
		return text
	}
	return removed
}
