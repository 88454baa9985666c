package config

import (
	"fmt"
	"maps"
	"slices"

	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/user"
)

// checkDelete reports that the mode, or the operations of the rows, delete users, and that
// the section at the line describes no call for that.
func (src sources) checkDelete(c *Config, s *setting.Section, line int) error {
	key, why := deletesBy(c)
	if key == "" || !s.Tree.Lacks(user.Delete) {
		return nil
	}
	return src.File.Fault(line, fmt.Sprintf("%s has no call to delete users, and %s deletes users", s.Name, why),
		fmt.Sprintf("describe the call under %s.delete, or change %s", s.Name, key))
}

// deletesBy returns the setting by which users are deleted, and its value in words; both are
// empty if none is. Operations that only the rows name are checked row by row.
func deletesBy(c *Config) (key, why string) {
	switch {
	case !c.Input.OpColumn.IsSet() && slices.Contains(NeededFor(c.Target.Mode), user.Delete):
		return "mode", "mode " + string(c.Target.Mode)
	case c.Input.OpColumn.IsSet() && slices.Contains(slices.Collect(maps.Values(c.Input.OpColumn.Words)), user.Delete):
		return "op_column", "the map of op_column"
	}
	return "", ""
}

// NeededFor returns the calls that a mode can lead to.
func NeededFor(mode user.Op) []user.Op {
	switch mode {
	case user.Upsert:
		return []user.Op{user.Create, user.Update}
	case Mirror:
		return []user.Op{user.Create, user.Update, user.Delete}
	}
	return []user.Op{mode}
}
