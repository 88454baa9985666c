package main

import (
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// typed is a command line in parts, so that the next one can be made of it.
type typed struct {
	verb  string
	flags []string // settings of the environment too: it may be another one then
	files []string
}

// command is a command line with the same settings.
func (t typed) command(verb string, files ...string) string {
	return exit.CommandLine(append(append([]string{verb}, t.flags...), files...)...)
}

// args is a command line of run with the same settings, as main gets it.
func (t typed) args(files []string) []string {
	return slices.Concat([]string{"run"}, t.flags, files)
}

// rehearsed is the same command line against the sandbox of an API.
func (t typed) rehearsed(name string) string {
	t.flags = append(without(t.flags, "--sandbox"), "--to", name, "--sandbox")
	return t.command(t.verb, t.files...)
}

// sentTo is the same command line for one API.
func (t typed) sentTo(name string) typed {
	t.flags = append(t.without("--to"), "--to", name)
	return t
}

// without is all flags but those of some names, which take a value.
func (t typed) without(names ...string) []string {
	var kept []string
	for i := 0; i < len(t.flags); i++ {
		if slices.Contains(names, t.flags[i]) {
			i++ // its value
			continue
		}
		kept = append(kept, t.flags[i])
	}
	return kept
}

// instead is the same command line for another file, with other values of some
// flags: pairs of a flag and its value.
func (t typed) instead(file string, others ...string) string {
	var names []string
	for i := 0; i < len(others); i += 2 {
		names = append(names, others[i])
	}
	return typed{flags: append(t.without(names...), others...)}.command(t.verb, file)
}

// again is the command line of cmd with the same settings and other files.
func again(cmd *cobra.Command, files []string) string {
	return typed{flags: flagsOf(cmd)}.command(cmd.Name(), files...)
}

// flagsOf returns what was set, on the command line or by the environment, as
// flags. A URL that the environment alone may hold, as it has a password, is not
// among them.
func flagsOf(cmd *cobra.Command) []string {
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		for _, v := range valuesOf(f) {
			switch {
			case f.Value.Type() != "bool":
				flags = append(flags, "--"+f.Name, v)
			case v == "true":
				flags = append(flags, "--"+f.Name)
			default:
				flags = append(flags, "--"+f.Name+"="+v)
			}
		}
	})
	return flags
}

func valuesOf(f *pflag.Flag) []string {
	t, isSetting := f.Value.(*texts)
	switch {
	case f.Changed && isSetting:
		return t.all
	case f.Changed:
		return []string{f.Value.String()}
	case !isSetting || (t.setting.kind == link || t.setting.kind == database) && hasPassword(strings.Join(t.from, "")):
		return nil
	}
	return t.from
}
