package user

import "fmt"

// Secret is text that does not print, log or marshal. Its zero value is the
// empty secret. The text leaves through Reveal alone.
//
// The text lies behind a pointer: fmt, which reads unexported fields by
// reflection, then finds an address and not the text.
type Secret struct{ text *string }

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text. Call it only where the bytes of a request are made.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Format prints *** for every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, Mask) }

// MarshalText returns ***, for JSON, YAML and loggers alike.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Mask), nil }
