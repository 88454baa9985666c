package setting

import (
	"fmt"
	"strings"
)

const precedence = "A flag wins over an environment variable, which wins over the config file, which wins over the default."

// Manual is the text of `usersync help settings`.
func (s Schema) Manual() string {
	var b strings.Builder
	b.WriteString(precedence + "\nThe config file is ./" + DefaultFile + " unless --config or USERSYNC_CONFIG names another.\n")
	for _, group := range Groups() {
		b.WriteString("\n" + group + ":\n")
		for i := range s.Settings {
			if own := &s.Settings[i]; string(own.Group) == group {
				fmt.Fprintf(&b, "\n  %s\n      %s\n", heading(own), usage(own))
			}
		}
	}
	b.WriteString("\nMapping:\n\n  fields:\n      mapping from our fields to the input's columns: see docs/configuration.md\n")
	return b.String()
}

func heading(s *Setting) string {
	if s.Flag == "" {
		return s.Key + ":"
	}
	return fmt.Sprintf("%s:  --%s  %s", s.Key, s.Flag, s.Env())
}
