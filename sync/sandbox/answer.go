package sandbox

import (
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// errorObject is the reference's ErrorObject. Its id names the resource that caused the error, not, as in JSON:API, the error.
type errorObject struct {
	status  int
	number  bool // write status as a number
	detail  string
	pointer string
	rawID   []byte // a JSON string, nil for none
}

func appendUser(b, rawID, attributes []byte) []byte {
	b = append(b, `{"type":"user","id":`...)
	b = append(b, rawID...)
	b = append(b, `,"attributes":`...)
	b = append(b, attributes...)
	return append(b, '}')
}

// appendErrors writes a body that consists of errors.
func appendErrors(b []byte, list ...errorObject) []byte {
	b = append(b, '{')
	return append(appendErrorList(b, list), '}')
}

func appendErrorList(b []byte, list []errorObject) []byte {
	b = append(b, `"errors":[`...)
	for i, e := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.append(b)
	}
	return append(b, ']')
}

func (e errorObject) append(b []byte) []byte {
	b = append(b, `{"status":`...)
	status := strconv.Itoa(e.status)
	if e.number {
		b = append(b, status...)
	} else {
		b = appendString(b, status)
	}
	b = appendString(append(b, `,"title":`...), http.StatusText(e.status))
	b = appendString(append(b, `,"detail":`...), e.detail)
	if e.pointer != "" {
		b = appendString(append(b, `,"source":{"pointer":`...), e.pointer)
		b = append(b, '}')
	}
	if e.rawID != nil {
		b = append(append(b, `,"id":`...), e.rawID...)
	}
	return append(b, '}')
}

// appendString quotes s. What is not UTF-8 in it becomes U+FFFD, which is all that the error it drops would say.
func appendString(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

// describe makes an item's error into the object that tells it. Under the fault echo the detail repeats the user's e-mail and phone, as
// some APIs do, so that whoever writes it to a log is found out.
func (s kardAPI) describe(c *call, e itemError) errorObject {
	u := &c.items[e.item]
	o := errorObject{status: e.status, detail: e.detail, rawID: u.rawID}
	if e.name != "" {
		o.pointer = c.pointer(e.item, "/attributes/"+escapePointer(e.name))
	}
	if f := s.inject.userFault(c, Echo, u.id); f != nil {
		c.suffer(f)
		values := split(u.attributes)
		for _, a := range []attribute{email, phoneNumber} {
			if v := values[a]; len(v) > 0 && v[0] == '"' {
				o.detail += ", " + attributeNames[a] + " " + string(unquote(v))
			}
		}
	}
	return o
}
