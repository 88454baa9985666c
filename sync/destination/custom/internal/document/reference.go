package document

import (
	"strings"

	"usersync/sync/user"
)

// References reads values that a config may give as env:NAME or file:PATH. It is not safe
// for concurrent use.
type References struct {
	// Expand returns the value of env:NAME or file:PATH, and any other text unchanged.
	// Its error must not hold the value. If it is nil, as for the sandbox, no variable and
	// no file is read.
	Expand func(text string) (string, error)
	// Hidden are the secrets among the values, to be redacted in answers that quote them.
	Hidden []string
}

// Text returns a reader that stores the text of a value, or what it refers to.
func (r *References) Text(to *string) func(Node) error {
	return func(a Node) error {
		text, err := a.Scalar()
		if err != nil || r.Expand == nil {
			*to = text
			return err
		}
		if *to, err = r.Expand(text); err != nil {
			return &Error{Line: a.Line, Rule: a.Key + ": " + err.Error()}
		}
		return nil
	}
}

// Secret returns a reader that stores what a value refers to. A secret in clear text is an
// *Error.
func (r *References) Secret(to *user.Secret) func(Node) error {
	return func(a Node) error {
		text, err := a.Scalar()
		if err != nil {
			return err
		}
		if !IsReference(text) {
			return a.Fault("is a secret in clear text", "write env:NAME or file:PATH, and keep the secret there")
		}
		return r.SecretText(to)(a)
	}
}

// SecretText returns a reader that stores a value as Text does, as a secret.
func (r *References) SecretText(to *user.Secret) func(Node) error {
	return func(a Node) error {
		var text string
		err := r.Text(&text)(a)
		*to = user.NewSecret(text)
		return err
	}
}

// Hide adds a secret to Hidden. A shorter one could be part of an id.
func (r *References) Hide(secret string) {
	const least = 8
	if len(secret) >= least && r.Expand != nil {
		r.Hidden = append(r.Hidden, secret)
	}
}

// IsReference reports whether a text is env:NAME or file:PATH.
func IsReference(text string) bool {
	return strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:")
}
