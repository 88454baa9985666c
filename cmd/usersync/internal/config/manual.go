package config

import (
	"fmt"
	"strings"
)

const precedence = "A flag wins over an environment variable, that over the config file, and that over the default."

// Manual is the text of `usersync help settings`.
func Manual(sections []Section) string {
	var b strings.Builder
	b.WriteString(precedence + "\nThe config file is ./" + DefaultFile + " unless --config or USERSYNC_CONFIG names another.\n")
	for _, s := range All(sections) {
		fmt.Fprintf(&b, "\n  %s\n      %s\n", heading(&s), usage(&s))
	}
	b.WriteString("\n  fields:\n      the mapping from our fields to the input's columns: see docs/configuration.md\n")
	return b.String()
}

func heading(s *Setting) string {
	if s.Flag == "" {
		return s.Key + ":"
	}
	return fmt.Sprintf("%s:  --%s  %s", s.Key, s.Flag, s.Env())
}
