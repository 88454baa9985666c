package scim

import (
	"net/http"
	"strings"

	"usersync/sync/sandbox"
)

// patched carries out a PatchOp completely, or not at all (RFC 7644 3.5.2).
func patched(old, data object) (object, *sandbox.Refusal) {
	list, ok := data.get("Operations").([]any)
	if !ok || len(list) == 0 || !data.has(patchSchema) {
		return nil, &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidSyntax", Detail: "This is not a PatchOp"}
	}
	for _, element := range list {
		op := objectOf(element)
		if bad := patch(old, strings.ToLower(op.text("op")), op.text("path"), op.get("value")); bad != nil {
			return nil, bad
		}
	}
	return old, nil
}

func patch(user object, op, path string, value any) *sandbox.Refusal {
	switch {
	case op != "add" && op != "replace" && op != "remove":
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidSyntax", Detail: "op is add, replace or remove"}
	case path == "" && op == "remove":
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "noTarget", Detail: "remove needs a path"}
	case path != "":
		return patchAt(user, op, path, value)
	}
	for name, v := range objectOf(value) {
		if bad := patchAt(user, op, name, v); bad != nil {
			return bad
		}
	}
	return nil
}

// target is a parsed path.
type target struct {
	schema, name, sub string
	filter            *filter
}

// readPath reads RFC 7644 figure 7. A URN ends at the last colon before the filter.
func readPath(path string) (target, bool) {
	var t target
	head, tail, filtered := strings.Cut(path, "[")
	if at := strings.LastIndex(head, ":"); at >= 0 {
		t.schema, head = head[:at], head[at+1:]
		if strings.EqualFold(t.schema, userSchema) {
			t.schema = ""
		}
	}
	if filtered {
		end := strings.LastIndex(tail, "]")
		if end < 0 {
			return t, false
		}
		f, ok := readFilter(tail[:end])
		if !ok {
			return t, false
		}
		t.filter, t.name, t.sub = &f, head, strings.TrimPrefix(tail[end+1:], ".")
		return t, t.name != ""
	}
	t.name, t.sub, _ = strings.Cut(head, ".")
	return t, t.name != ""
}

func patchAt(user object, op, path string, value any) *sandbox.Refusal {
	t, ok := readPath(path)
	if !ok {
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidPath", Detail: "The path cannot be read"}
	}
	if strings.EqualFold(t.name, "id") || strings.EqualFold(t.name, "meta") {
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "mutability", Detail: "The attribute is read-only"}
	}
	holder := user
	if t.schema != "" {
		holder = within(user, t.schema, op)
	}
	if strings.EqualFold(t.name, "password") {
		return nil // accepted, and never shown
	}
	if t.filter != nil {
		return patchElement(holder, op, t, value)
	}
	if t.sub != "" {
		holder, t.name = within(holder, t.name, op), t.sub
	}
	if op == "remove" || value == nil {
		holder.drop(t.name)
	} else {
		holder.set(t.name, value)
	}
	return nil
}

// within returns the object under a name. Unless op is remove, it adds a missing one.
func within(o object, name, op string) object {
	inner := o.child(name)
	if inner == nil {
		inner = object{}
		if op != "remove" {
			o.set(name, map[string]any(inner))
		}
	}
	return inner
}

// patchElement changes the elements that a filter finds. If there is none, replace is an error, and add adds one (RFC 7644 3.5.2.1, 3.5.2.3).
func patchElement(holder object, op string, t target, value any) *sandbox.Refusal {
	list, _ := holder.get(t.name).([]any)
	var kept []any
	found := false
	for _, element := range list {
		o := objectOf(element)
		if !t.filter.matches(o) {
			kept = append(kept, element)
			continue
		}
		found = true
		if op == "remove" && t.sub == "" {
			continue
		}
		assign(o, op, t.sub, value)
		kept = append(kept, element)
	}
	switch {
	case !found && op == "replace":
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "noTarget", Detail: "The filter finds no value"}
	case !found && op == "add":
		made := object{t.filter.attribute: t.filter.value}
		assign(made, op, t.sub, value)
		kept = append(kept, map[string]any(made))
	}
	if len(kept) == 0 {
		holder.drop(t.name)
	} else {
		holder.set(t.name, kept)
	}
	return nil
}

func assign(o object, op, sub string, value any) {
	switch {
	case op == "remove":
		o.drop(sub)
	case sub != "":
		o.set(sub, value)
	default:
		for name, v := range objectOf(value) {
			o.set(name, v)
		}
	}
}
