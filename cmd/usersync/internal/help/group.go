package help

import (
	"fmt"

	"github.com/spf13/pflag"
)

const (
	groupKey  = "usersync_help_group"
	commonKey = "usersync_help_common"
)

// InGroup puts flags into the group with a title. The flags must be there.
func InGroup(flags *pflag.FlagSet, title string, names ...string) {
	for _, name := range names {
		annotate(flags, name, groupKey, title)
	}
}

// Common lets help show a flag before others of its group. The flag must be there.
func Common(flags *pflag.FlagSet, name string) { annotate(flags, name, commonKey, "") }

func annotate(flags *pflag.FlagSet, name, key, value string) {
	if err := flags.SetAnnotation(name, key, []string{value}); err != nil {
		panic(fmt.Sprintf("help: %v", err)) // a name that is misspelt in the program
	}
}

func groupOf(f *pflag.Flag) string {
	if title := f.Annotations[groupKey]; len(title) == 1 {
		return title[0]
	}
	return ownGroup
}

func isCommon(f *pflag.Flag) bool { return len(f.Annotations[commonKey]) > 0 }
