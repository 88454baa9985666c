package setting

import (
	"encoding/json"
	"slices"
	"strings"
)

// editorSchemaFile is the name under which a config expects its JSON Schema next to it.
const editorSchemaFile = "usersync.schema.json"

// EditorLines are comments that let editors check a config and complete its keys, once the
// schema is next to it. The program does not need them.
const EditorLines = "# yaml-language-server: $schema=" + editorSchemaFile + "\n" +
	"# (for editors; write that file next to this one: usersync help schema > " + editorSchemaFile + ")\n"

// object is a JSON object.
type object map[string]any

// EditorSchema returns a JSON Schema (draft 7, which editors know best) of the config
// file. names are the fields of ours to suggest. It accepts every config that the program
// reads; the program checks more, such as the calls of custom.
func (s Schema) EditorSchema(names []string) ([]byte, error) {
	all := s.Settings
	root, shared := closed("Settings of usersync"), object{}
	shared["fields"], shared["field"] = fieldsSchema(names), fieldSchema()
	put(root, "fields", object{"$ref": "#/definitions/fields"})
	for i := range all {
		own := &all[i]
		if own.perAPI() {
			shared[own.Key] = own.jsonSchema()
			put(root, own.Key, object{"$ref": "#/definitions/" + own.Key})
		} else {
			put(root, own.Key, own.jsonSchema())
		}
	}
	for i := range s.Sections {
		s.Sections[i].describe(root, all)
	}
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["definitions"] = shared
	text, err := json.MarshalIndent(root, "", "  ")
	return append(text, '\n'), err
}

// describe adds what the section of an API can hold besides its own settings.
func (s *Section) describe(root object, all []Setting) {
	at := root["properties"].(object)[s.Name].(object)
	at["description"] = "Settings of " + s.Name + ". Settings of all APIs, written here, are for it alone."
	put(at, "fields", object{"$ref": "#/definitions/fields"})
	for i := range all {
		if all[i].perAPI() && !has(at, all[i].Key) {
			put(at, all[i].Key, object{"$ref": "#/definitions/" + all[i].Key})
		}
	}
	if s.Tree == nil {
		return
	}
	for _, key := range s.Tree.Keys() {
		if !has(at, key) {
			put(at, key, object{"description": "See docs/custom.md."})
		}
	}
}

// closed is an object that holds no other keys than those that are put into it.
func closed(description string) object {
	return object{"type": "object", "description": description, "additionalProperties": false, "properties": object{}}
}

// put puts a schema at a key such as a.b, below the schema of an object.
func put(at object, key string, schema object) {
	properties := at["properties"].(object)
	first, rest, nested := strings.Cut(key, ".")
	if !nested {
		properties[key] = schema
		return
	}
	below, ok := properties[first].(object)
	if !ok {
		below = closed("Settings of " + first + ".")
		properties[first] = below
	}
	put(below, rest, schema)
}

func has(at object, key string) bool {
	first, _, _ := strings.Cut(key, ".")
	_, known := at["properties"].(object)[first]
	return known
}

// jsonSchema is the schema of one setting.
func (s *Setting) jsonSchema() object {
	one := s.oneValue()
	if s.several() {
		one = object{"anyOf": []object{one, {"type": "array", "items": one}}}
	}
	if s.Flow {
		one = object{"anyOf": []object{one, {"type": "object"}}}
	}
	one["description"] = s.Use
	if s.Default != "" && s.Kind != Bool {
		one["default"] = s.Default
	}
	if s.Kind == Bool {
		one["default"] = s.Default == "true"
	}
	return one
}

// oneValue is the schema of one value. Numbers are allowed where YAML takes a text for one.
func (s *Setting) oneValue() object {
	switch {
	case s.Kind == Bool:
		return object{"type": "boolean"}
	case s.Kind == Secret:
		return object{"type": "string", "pattern": "^(env|file):."}
	case len(s.Words) > 0:
		return object{"enum": slices.Clone(s.Words)}
	}
	return object{"type": []string{"string", "number", "boolean"}}
}

// fieldsSchema is the schema of the mapping.
func fieldsSchema(names []string) object {
	properties, field := object{}, object{"$ref": "#/definitions/field"}
	for _, name := range names {
		properties[name] = field
	}
	return object{"type": "object", "description": "Our fields, and the column of the input for each.", "properties": properties, "additionalProperties": field}
}

// fieldSchema is the schema of what one field is made from.
func fieldSchema() object {
	text := object{"type": []string{"string", "number", "boolean"}}
	rule := closed("What the field is made from: exactly one of column, expr and value.")
	put(rule, "column", object{"type": text["type"], "description": "The value of this column."})
	put(rule, "expr", object{"type": "string", "description": "Computed from the row: docs/expressions.md."})
	put(rule, "value", object{"description": "The same for every user."})
	put(rule, "empty", object{"enum": []string{"clear"}, "description": "An empty cell clears the field."})
	put(rule, "trim", object{"type": "boolean", "description": "false keeps the white space around the cell."})
	put(rule, "null_values", object{"anyOf": []object{text, {"type": "array", "items": text}}, "description": "Texts that stand for an empty cell."})
	return object{"anyOf": []object{text, rule}}
}
