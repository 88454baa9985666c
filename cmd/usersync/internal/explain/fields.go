package explain

import "usersync/sync/user"

// FieldsOf lists the fields that a row gave a user, with their values if values is set. A
// secret is never shown.
func FieldsOf(r *user.Record, values bool) []Field {
	var all []Field
	for i := range r.User.Attributes {
		a := &r.User.Attributes[i]
		f := Field{Name: string(a.Field)}
		if values {
			text := a.Value.Text
			if a.Value.Kind == user.Clear {
				text = "(cleared)"
			}
			f.Value = &text
		}
		all = append(all, f)
	}
	for _, s := range r.User.Secrets {
		all = append(all, Field{Name: string(s.Field), Secret: true})
	}
	return all
}
