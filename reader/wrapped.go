package reader

import (
	"bytes"
	"slices"
	"strings"

	"usersync/reader/object"
	"usersync/sync/user"
)

// listPath returns the keys that lead to the array of users inside an object at the
// beginning of a file; nil if the file is not such an object.
func (r *jsonRows) listPath(data []byte, o Options) ([]string, error) {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\uFEFF")), " \t\r\n")
	if len(data) == 0 || data[0] == 0x1e || bytes.HasPrefix(data, []byte(`{"`+user.RejectOutcome+`"`)) {
		return nil, nil
	}
	if o.Records != "" {
		return r.namedPath(data, o.Records)
	}
	if data[0] != '{' {
		return nil, nil
	}
	outline := object.OutlineOf(data)
	return r.choose(outline, o)
}

func (r *jsonRows) namedPath(data []byte, pointer string) ([]string, error) {
	if data[0] != '{' {
		return nil, &InputError{File: r.file, Rule: "records: names an array inside an object, and the file does not begin with an object",
			Hint: "remove records:"}
	}
	path, _ := recordsPath(pointer)
	return path, nil
}

// recordsPath splits a JSON pointer, RFC 6901.
func recordsPath(pointer string) (path []string, ok bool) {
	rest, ok := strings.CutPrefix(pointer, "/")
	for name := range strings.SplitSeq(rest, "/") {
		path = append(path, strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~"))
	}
	return path, ok && rest != ""
}

// choose takes the one array of objects, unless the object around it is a user itself.
func (r *jsonRows) choose(outline object.Outline, o Options) ([]string, error) {
	if len(outline.Lists) == 0 {
		return nil, nil
	}
	known := mappedNames(o)
	own, best := countKnown(outline.Own, known), 0
	var fitting []object.List
	for _, list := range outline.Lists {
		n := countKnown(list.First, known)
		if best = max(best, n); n > 0 {
			fitting = append(fitting, list)
		}
	}
	if own > 0 && own == best && outline.Alone && !o.linesIn(r.file) {
		return nil, &InputError{File: r.file, Rule: "is one object that may be a user, with an array of objects inside that may be users too",
			Hint: "if the array holds the users, name it in the config, such as  records: /members ; if the object is the user, write  format: jsonl"}
	}
	if own > 0 && own >= best || best == 0 && outline.Complete && !outline.Alone {
		return nil, nil
	}
	if len(fitting) == 0 {
		fitting = slices.DeleteFunc(slices.Clone(outline.Lists), func(l object.List) bool { return l.First == nil })
	}
	switch len(fitting) {
	case 0: // all are empty, so any will do
		return outline.Lists[0].Path, nil
	case 1:
		return fitting[0].Path, nil
	}
	return nil, &InputError{File: r.file, Rule: "is an object with several arrays of objects inside, and any of them may hold the users",
		Hint: "name the right one in the config, such as  records: /users"}
}

// linesIn reports whether a file is known to hold a user on each line.
func (o *Options) linesIn(file string) bool {
	return o.Format == JSONL || slices.Contains([]string{".jsonl", ".ndjson"}, extension(file))
}

// mappedNames reports which keys an object of a user has.
func mappedNames(o Options) func(string) bool {
	names := Names()
	return func(name string) bool {
		if _, ok := names[name]; ok && len(o.Mapping.Fields) == 0 {
			return true
		}
		for _, rule := range o.Mapping.Fields {
			if rule.Column != "" && (rule.Column == name || strings.HasPrefix(rule.Column, name+".")) || rule.Expr != "" && strings.Contains(rule.Expr, name) {
				return true
			}
		}
		return false
	}
}

func countKnown(raw []byte, known func(string) bool) int {
	k := object.Keys{Known: known}
	k.Add(raw)
	n := 0
	for _, name := range k.Names {
		if known(name) {
			n++
		}
	}
	return n
}
