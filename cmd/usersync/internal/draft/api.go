package draft

import (
	"context"
	"errors"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/connect"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// api is what a config is drafted for.
type api struct {
	to     string
	client connect.Client // nil for Custom
}

func apiNamed(ctx context.Context, to string) (api, error) {
	if to == Custom {
		return api{to: to}, nil
	}
	client, err := connect.Offline(ctx, to)
	return api{to, client}, err
}

// takes reports whether the API takes a field.
func (a api) takes(f user.Field) bool {
	return a.client == nil || f == user.ID || slices.Contains(a.client.Traits().Fields, f) || f == a.ownField(string(f))
}

func (a api) accepts() mapping.Accepts {
	if a.client == nil {
		return mapping.Accepts{Name: a.to, Any: true}
	}
	traits := a.client.Traits()
	return mapping.Accepts{Name: traits.Name, Fields: traits.Fields, Any: traits.AnyField}
}

// check reports whether the API would refuse a record; nothing is known of a custom one.
func (a api) check(r *user.Record) error {
	if a.client == nil {
		return nil
	}
	return a.client.Check(r)
}

// ownField is the API's own field of this name: a custom attribute, or a path if the API
// accepts every path as a field. A plain word is not: its meaning can only be guessed.
func (a api) ownField(name string) user.Field {
	if a.client == nil {
		return ""
	}
	field := user.Field(user.Trim(name))
	t := a.client.Traits()
	open := field.IsOpen() && slices.ContainsFunc(t.Fields, func(own user.Field) bool {
		return (own == user.ExtraPrefix || own == user.AttributesPrefix) && strings.HasPrefix(string(field), string(own))
	})
	path := t.AnyField && strings.ContainsAny(string(field), ".:[") && a.client.CheckColumns([]user.Field{user.ID, field}, user.Update) == nil
	if open || path {
		return field
	}
	return ""
}

// missing are the fields that the API requires for a new user and the header lacks.
func (a api) missing(rules []rule) []*user.InvalidError {
	if a.client == nil {
		return nil
	}
	var missing []*user.InvalidError
	fields := []user.Field{user.ID}
	for _, r := range rules {
		fields = append(fields, r.field)
	}
	for {
		bad, ok := errors.AsType[*user.InvalidError](a.client.CheckColumns(fields, user.Create))
		if !ok || slices.Contains(fields, bad.Field) {
			return missing
		}
		missing, fields = append(missing, bad), append(fields, bad.Field)
	}
}
