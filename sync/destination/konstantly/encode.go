package konstantly

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// appendNew appends the body of a POST. r has its password already.
func (w *form) appendNew(b []byte, r *user.Record) []byte {
	b = rest.AppendText(append(b, `{"id":`...), r.User.ID)
	return append(w.appendMembers(b, r, user.Create), '}')
}

// appendChange appends the body of a PATCH. The e-mail is required there, and
// Check has seen to it.
func (w *form) appendChange(b []byte, r *user.Record) []byte {
	start := len(b)
	b = w.appendMembers(append(b, '{'), r, user.Update)
	if len(b) > start+1 && b[start+1] == ',' {
		b = append(b[:start+1], b[start+2:]...)
	}
	return append(b, '}')
}

// appendBlock appends the body that deactivates a user.
func appendBlock(b []byte, id string) []byte {
	return append(rest.AppendText(append(b, `{"id":`...), id), '}')
}

// appendMembers appends members, each with a comma before it. What Check would
// not let through is left out: sent wrong it may change more.
func (w *form) appendMembers(b []byte, r *user.Record, op user.Op) []byte {
	for _, m := range members {
		v, ok := r.User.Value(m.field)
		if !ok || op == user.Update && m.once {
			continue
		}
		if longer, ok := m.write(appendName(b, m.theirs), v); ok {
			b = longer
		}
	}
	if password, ok := r.User.Secret(user.Password); ok && (op == user.Create || w.config.Password == Always) {
		b = rest.AppendText(appendName(b, "password"), password.Reveal())
	}
	return w.appendAttributes(b, r)
}

// appendAttributes appends the custom attributes as one set, if r has any. One
// that is to be cleared is left out of it, which is how an update that replaces
// the set takes it away. So no other may be missing: what the API holds and the
// schema does not explain goes back as it came.
func (w *form) appendAttributes(b []byte, r *user.Record) []byte {
	any := false
	for i := range r.User.Attributes {
		a := &r.User.Attributes[i]
		id, ok := attributeID(a.Field)
		if !ok {
			continue
		}
		if !any {
			any, b = true, append(b, `,"attributes":{`...)
		}
		if a.Value.Kind == user.Clear {
			continue
		}
		v, err := w.written(id, a.Value)
		if err != nil {
			v = a.Value
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = appendValue(append(rest.AppendText(b, id), ':'), v)
	}
	if any {
		b = append(b, '}')
	}
	return b
}

// appendName appends a comma and the name.
func appendName(b []byte, name string) []byte {
	b = append(b, `,"`...)
	return append(append(b, name...), `":`...)
}

// appendValue keeps the type that the value has in the input.
func appendValue(b []byte, v user.Value) []byte {
	if v.Kind == user.JSON {
		return append(b, v.Text...)
	}
	return rest.AppendText(b, v.Text)
}

func appendInteger(b []byte, v user.Value) ([]byte, bool) {
	n, err := integer(v.Text)
	return strconv.AppendInt(b, n, 10), err == nil && v.Kind != user.Clear
}

func appendIntegers(b []byte, v user.Value) ([]byte, bool) {
	list, err := integers(v)
	b = append(b, '[')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return append(b, ']'), err == nil && v.Kind != user.Clear
}

var (
	errNotInteger  = errors.New("must be a whole number that is not negative")
	errNotIntegers = errors.New("must be whole numbers: a JSON array of them, or items separated by ; or |")
)

// integer reads the decimal digits of a number that is not negative.
func integer(text string) (int64, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 53)
	if err != nil {
		return 0, errNotInteger
	}
	return int64(n), nil
}

// integers reads [110,150], ["110"], 110;150 or 110. Only an explicit [] is the
// empty list.
func integers(v user.Value) ([]int64, error) {
	text := strings.TrimSpace(v.Text)
	var items []string
	if strings.HasPrefix(text, "[") {
		var raw []jsontext.Value
		if json.Unmarshal([]byte(text), &raw) != nil {
			return nil, errNotIntegers
		}
		for _, item := range raw {
			items = append(items, strings.Trim(string(item), `"`))
		}
	} else if items = strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '|' }); len(items) == 0 {
		return nil, errNotIntegers
	}
	list := make([]int64, len(items))
	for i, item := range items {
		n, err := integer(item)
		if err != nil {
			return nil, errNotIntegers
		}
		list[i] = n
	}
	return list, nil
}
