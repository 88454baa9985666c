package user

import "fmt"

// Secret is text that does not print, log or marshal. Its zero value is the
// empty secret. Only Reveal returns the text. It is safe for concurrent use.
//
// The field is a pointer because fmt reads unexported fields by reflection: it
// then finds an address and not the text.
type Secret struct{ text *string }

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text. Call it only where a request is encoded.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Format prints *** for every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, Mask) }

// MarshalText returns ***, also for JSON, YAML and loggers. It does not fail.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Mask), nil }
