package mapping

import (
	"slices"

	"usersync/sync/user"
)

// nulls are texts that stand for an empty cell.
type nulls []string

// newNulls returns the texts as cells are compared with them.
func newNulls(texts []string) nulls {
	var all nulls
	for _, text := range texts {
		all = append(all, user.Trim(text))
	}
	return all
}

// emptied returns v, or the empty text if it stands for one.
func (n nulls) emptied(v user.Value) user.Value {
	if v.Kind == user.Text && slices.Contains(n, v.Text) {
		return user.Value{}
	}
	return v
}

// cleaned returns the cell as the step sees it: trimmed, and empty if it says that it is.
func (s *step) cleaned(v user.Value) user.Value {
	if s.trims && v.Kind == user.Text {
		v.Text = user.Trim(v.Text)
	}
	if s.nulls != nil {
		v = s.nulls.emptied(v)
	}
	return v
}

// cleaned returns cell i as expressions see it. One that provides a secret stays unchanged.
func (m *Mapper) cleaned(i int, v user.Value) user.Value {
	feeds := slices.ContainsFunc(m.secrets, func(s source) bool { return s.column == i })
	if !m.o.Config.KeepBlanks && !feeds && v.Kind == user.Text {
		v.Text = user.Trim(v.Text)
	}
	return m.nulls.emptied(v)
}
