package signature

import (
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination/custom/internal/document"
)

// Decode reads how calls are signed from the section at a, and its values from variables and
// files if they are read. Its error is a *document.Error.
func Decode(a document.Node, values *document.References) (*HMAC, error) {
	h := &HMAC{hash: "sha256", encoding: "hex", now: time.Now}
	return h, h.decode(a, values)
}

func (h *HMAC) decode(a document.Node, values *document.References) error {
	err := document.Keys{
		"key": values.Secret(&h.key), "hash": document.Words(&h.hash, "sha256", "sha1", "md5"), "encoding": document.Words(&h.encoding, "hex", "base64"),
		"text":    func(v document.Node) error { return parseSigned(&h.text, v, v.Value) },
		"headers": func(v document.Node) error { return h.decodeHeaders(v, values) },
	}.Read(a)
	switch {
	case err != nil:
		return err
	case h.key.Reveal() == "" && values.Expand != nil:
		return a.Fault("has no key", "add key: env:NAME")
	case len(h.text) == 0 || len(h.headers) == 0:
		return a.Fault("needs text: and headers:", `such as text: "{method}{path}{epoch}{body}" and headers: {X-Signature: "{signature}", X-Epoch: "{epoch}"}`)
	}
	for _, p := range h.text {
		if p.name == "signature" {
			return a.Fault("has a text that holds its own signature", "")
		}
	}
	return nil
}

func (h *HMAC) decodeHeaders(a document.Node, values *document.References) error {
	return a.Each(func(name string, _ int, v document.Node) error {
		if !httpguts.ValidHeaderFieldName(name) {
			return v.Fault("is not the name of a header", "")
		}
		s := signHeader{name: name}
		var text string
		if err := values.Text(&text)(v); err != nil {
			return err
		}
		if document.IsReference(v.Value) {
			values.Hide(text)
			s.parts = []signPart{{text: text}}
		} else if err := parseSigned(&s.parts, v, text); err != nil {
			return err
		}
		for _, p := range s.parts {
			if !httpguts.ValidHeaderFieldValue(p.text) || p.name == "body" && p.hash == "" {
				return v.Fault("holds what a header cannot carry", "send a hash of the body, such as {body:sha256:hex}")
			}
		}
		h.headers = append(h.headers, s)
		return nil
	})
}

// parseSigned reads a text with placeholders: {path}, or {body:md5:base64}.
func parseSigned(to *[]signPart, a document.Node, text string) error {
	if _, err := a.Scalar(); err != nil {
		return err
	}
	for text != "" {
		before, rest, open := strings.Cut(text, "{")
		if before != "" {
			*to = append(*to, signPart{text: before})
		}
		inside, after, closed := strings.Cut(rest, "}")
		switch {
		case !open:
			return nil
		case !closed:
			return a.Wrong(document.ErrBraces)
		}
		p := signPart{}
		words := append(strings.Split(inside, ":"), "", "")
		p.name, p.hash, p.encoding = words[0], hashName(words[1]), encodingName(words[2])
		if p.hash != "" && p.encoding == "" {
			p.encoding = "hex"
		}
		if err := p.check(); err != nil {
			return a.Wrong(err)
		}
		*to, text = append(*to, p), after
	}
	return nil
}

func (p signPart) check() error {
	known := false
	for _, n := range signNames {
		known = known || n == p.name
	}
	switch {
	case !known:
		return &document.WordError{What: "place", Word: p.name, Known: signNames}
	case p.hash != "" && hashes[p.hash] == nil:
		return &document.WordError{What: "hash", Word: string(p.hash), Known: []string{"sha256", "sha1", "md5"}}
	case p.encoding != "" && encodings[p.encoding] == nil:
		return &document.WordError{What: "encoding", Word: string(p.encoding), Known: []string{"hex", "base64"}}
	}
	return nil
}
