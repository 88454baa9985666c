package object

import "github.com/go-json-experiment/json/jsontext"

// Texts calls f with the key and the text of each member of a valid object, and with none
// for other values. Keys of nested objects are joined by dots. The text of a string is
// without its quotes, that of null is empty, and that of any other value is its JSON.
func (k *Keys) Texts(raw []byte, f func(name, text string)) {
	if jsontext.Value(raw).IsValid() {
		k.texts(raw, "", 0, f)
	}
}

func (k *Keys) texts(raw jsontext.Value, prefix string, depth int, f func(name, text string)) {
	members(raw, func(name string, value jsontext.Value) {
		name = prefix + name
		switch value.Kind() {
		case '{':
			if opens(depth, len(name)) && !k.Known(name) {
				k.texts(value, name+".", depth+1, f)
				return
			}
			f(name, string(value))
		case '"':
			text, err := jsontext.AppendUnquote(nil, value)
			if err == nil {
				f(name, string(text))
			}
		case 'n':
			f(name, "")
		default:
			f(name, string(value))
		}
	})
}

// IsObject reports whether raw is one valid JSON object.
func IsObject(raw []byte) bool {
	value := jsontext.Value(raw)
	return value.Kind() == '{' && value.IsValid()
}
