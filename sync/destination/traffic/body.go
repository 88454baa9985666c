package traffic

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/vocabulary"
)

// body returns a body, masked: JSON as JSON, the names of a form, and of any other text its
// kind and length. A body that becomes too long is cut.
func (m *mask) body(kind string, body []byte) (shown any, cut bool) {
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) == 0:
		return nil, false
	case trimmed[0] == '{' || trimmed[0] == '[' || trimmed[0] == '"':
		return m.json(trimmed)
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		return m.form(string(trimmed)), false
	case trimmed[0] == '<':
		return "<page of " + strconv.Itoa(len(body)) + " bytes>", false
	case m.said && !m.secret:
		return m.words.Clean(string(trimmed[:min(len(trimmed), MaxBody)]), "", m.records...), len(trimmed) > MaxBody
	}
	return m.textOf(string(trimmed)), false
}

func (m *mask) form(text string) string {
	var pairs []string
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if pair != "grant_type=client_credentials" {
			pair = m.name(name) + "=" + m.textOf(value)
		}
		pairs = append(pairs, pair)
	}
	return strings.Join(pairs, "&")
}

var errFull = errors.New("the body is longer than what is shown of it")

// json masks JSON. What cannot be parsed is cut where that begins.
func (m *mask) json(body []byte) (shown any, cut bool) {
	d := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	w := &walk{mask: m, decoder: d}
	err := w.value("", m.said)
	if err != nil {
		return string(w.out), true
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return string(w.out), true
	}
	return jsontext.Value(w.out), false
}

// walk writes the masked form of what a decoder reads.
type walk struct {
	*mask
	decoder *jsontext.Decoder
	out     []byte
}

// value writes one value. said: it may be what an API says about an error.
func (w *walk) value(name string, said bool) error {
	if len(w.out) > MaxBody {
		return errFull
	}
	kind := w.decoder.PeekKind()
	if kind != '{' && kind != '[' {
		t, err := w.decoder.ReadToken()
		if err == nil {
			w.scalar(kind, t.String(), name, said)
		}
		return err
	}
	if _, err := w.decoder.ReadToken(); err != nil {
		return err
	}
	w.out = append(w.out, byte(kind))
	first, end := true, closing(kind)
	for k := w.decoder.PeekKind(); k != end; k = w.decoder.PeekKind() {
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		inside := name
		if kind == '{' {
			t, err := w.decoder.ReadToken()
			if err != nil {
				return err
			}
			inside = t.String()
			w.out = append(appendQuoted(w.out, w.name(inside)), ':')
		}
		if err := w.value(inside, said || kind == '{' && slices.Contains(complaints, strings.ToLower(inside))); err != nil {
			return err
		}
	}
	w.out = append(w.out, byte(end))
	_, err := w.decoder.ReadToken()
	return err
}

func closing(k jsontext.Kind) jsontext.Kind {
	if k == '{' {
		return '}'
	}
	return ']'
}

// complaints are the members under which an API says what is wrong, in a success too.
var complaints = []string{"error", "errors", "failed", "failures"}

// messages are the members whose texts are words of the API, cleaned by the vocabulary.
var messages = []string{"message", "detail", "title", "error", "errors", "error_description", "description", "reason", "code", "type", "scimtype", "category", "statuscode"}

// counts are the members whose numbers and truth values are about the answer.
var counts = []string{
	"status", "code", "statuscode", "success", "ok", "supported", "limit", "offset", "startindex", "itemsperpage", "totalresults", "total", "totalcount", "count",
	"successcount", "failcount", "numerrors", "maxoperations", "maxresults", "maxpayloadsize", "failonerrors",
}

func (w *walk) scalar(kind jsontext.Kind, text, name string, said bool) {
	key := strings.ToLower(name)
	switch {
	case kind == 'n':
		w.out = append(w.out, "null"...)
	case (kind == 't' || kind == 'f') && slices.Contains(counts, key) && w.answer && !w.secret,
		kind == '0' && slices.Contains(counts, key) && w.isCount(text):
		w.out = append(w.out, text...)
	case kind == '"' && key == "status" && w.isCount(text):
		w.out = appendQuoted(w.out, text)
	case kind == '"' && said && !w.secret && slices.Contains(messages, key):
		w.out = appendQuoted(w.out, w.words.Clean(text, "", w.records...))
	case kind == '"':
		w.out = appendQuoted(w.out, w.textOf(text))
	case w.secret:
		w.out = appendQuoted(w.out, w.text(0))
	case kind == '0':
		w.out = appendQuoted(w.out, "<number of "+strconv.Itoa(len(text))+">")
	default:
		w.out = appendQuoted(w.out, "<bool>")
	}
}

// isCount reports whether a number may be shown: one of an answer, and not a value of a user.
func (w *walk) isCount(text string) bool {
	return w.answer && !w.secret && smallNumber().MatchString(text) && w.known(text)
}

func appendQuoted(b []byte, text string) []byte {
	out, err := jsontext.AppendQuote(b, text)
	if err != nil {
		return append(b, `"`+vocabulary.Mask+`"`...) // not UTF-8
	}
	return out
}
