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

// appendString quotes s. Invalid UTF-8 becomes U+FFFD, which is all that the dropped error would say.
func appendString(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

// describe turns an item's error into the error object for it. Under the fault echo the detail repeats the user's e-mail and phone, as
// some APIs do, so a client that logs it is caught.
func (s kardAPI) describe(c *call, e itemError) errorObject {
	u := &c.items[e.item]
	o := errorObject{status: e.status, detail: e.detail, rawID: u.rawID}
	if e.name != "" {
		o.pointer = c.pointer(e.item, "/attributes/"+escapePointer(e.name))
	}
	if f := s.inject.userFault(c, Echo, u.id); f != nil {
		c.countFault(f)
		values := split(u.attributes)
		for _, a := range []attribute{email, phoneNumber} {
			if v := values[a]; len(v) > 0 && v[0] == '"' {
				o.detail += ", " + attributeNames[a] + " " + string(unquote(v))
			}
		}
	}
	return o
}
