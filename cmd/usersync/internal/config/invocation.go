package config

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/exit"
)

// Invocation is a command line in parts, so that the next one can be made of it.
type Invocation struct {
	Verb  string
	Flags []string // settings of the environment too: it may be another one then
	Files []string
}

// Command is a command line with the same settings.
func (in Invocation) Command(verb string, files ...string) string {
	return exit.CommandLine(append(append([]string{verb}, in.Flags...), files...)...)
}

// Again is the same command line for other files.
func (in Invocation) Again(files ...string) string { return in.Command(in.Verb, files...) }

// New is a command line that begins a new run with the same settings.
func (in Invocation) New(files ...string) string {
	in.Flags = append(slices.Clip(in.Flags), "--"+NewFlag)
	return in.Command("run", files...)
}

// Args is a command line of run with the same settings, as main gets it.
func (in Invocation) Args(files []string) []string {
	return slices.Concat([]string{"run"}, in.Flags, files)
}

// Sandboxed is the same command line against the sandbox of an API.
func (in Invocation) Sandboxed(api string) string {
	in.Flags = append(DropFlags(in.Flags, "--"+sandboxFlag), "--"+targetFlag, api, "--"+sandboxFlag)
	return in.Command(in.Verb, in.Files...)
}

// SentTo is the same command line for one API.
func (in Invocation) SentTo(api string) Invocation {
	in.Flags = append(in.without("--"+targetFlag), "--"+targetFlag, api)
	return in
}

// without is all flags but those of some names, which take a value.
func (in Invocation) without(names ...string) []string {
	var kept []string
	for i := 0; i < len(in.Flags); i++ {
		if slices.Contains(names, in.Flags[i]) {
			i++ // its value
			continue
		}
		kept = append(kept, in.Flags[i])
	}
	return kept
}

// Instead is a command line of the same kind for another file, with other values of
// some flags: pairs of a flag and its value.
func (in Invocation) Instead(file string, others ...string) string {
	var names []string
	for i := 0; i < len(others); i += 2 {
		names = append(names, others[i])
	}
	return Invocation{Flags: append(in.without(names...), others...)}.Command(in.Verb, file)
}

// Named reports whether the runs of the command lie where another command would
// not look for them by itself: config or runs directory were named.
func (in Invocation) Named() bool {
	return slices.Contains(in.Flags, "--"+fileFlag) || slices.Contains(in.Flags, "--"+runsDirFlag)
}

// DropFlags leaves flags out. --out is followed by its value.
func DropFlags(flags []string, names ...string) []string {
	var kept []string
	for i := 0; i < len(flags); i++ {
		name, _, _ := strings.Cut(flags[i], "=")
		if !slices.Contains(names, name) {
			kept = append(kept, flags[i])
		} else if flags[i] == "--out" {
			i++
		}
	}
	return kept
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
	v, isSetting := f.Value.(*flagValue)
	switch {
	case f.Changed && isSetting:
		return v.all
	case f.Changed:
		return []string{f.Value.String()}
	case !isSetting || (v.setting.Kind == URL || v.setting.Kind == Database) && hasPassword(strings.Join(v.from, "")):
		return nil
	}
	return v.from
}

// LedgerCommand is a command of the ledger on the scope of this command line. Of the
// flags it takes those that say which ledger, and which scope in it.
func (c *Config) LedgerCommand(verb string, args ...string) string {
	takes := map[string]bool{"--" + fileFlag: true}
	for _, s := range c.schema.settings {
		takes["--"+s.Flag] = s.Commands&ForLedger != 0
	}
	command := []string{"ledger", verb}
	for i := 0; i < len(c.Invocation.Flags); i++ {
		name, _, joined := strings.Cut(c.Invocation.Flags[i], "=")
		kept := []string{c.Invocation.Flags[i]}
		if !joined && i+1 < len(c.Invocation.Flags) && !c.isSwitch(name) {
			i++
			kept = append(kept, c.Invocation.Flags[i])
		}
		if takes[name] {
			command = append(command, kept...)
		}
	}
	return exit.CommandLine(append(command, args...)...)
}

// isSwitch reports whether a flag is followed by no value.
func (c *Config) isSwitch(flag string) bool {
	return slices.ContainsFunc(c.schema.settings, func(s Setting) bool { return "--"+s.Flag == flag && s.Kind == Bool })
}

// OtherInput are the flags that take back what is set about one input alone, for a
// command about another.
func (c *Config) OtherInput() (flags []string) {
	for _, s := range c.schema.settings {
		if !s.OneInput {
			continue
		}
		if text := s.Text(); text != "" && text != s.Also {
			flags = append(flags, "--"+s.Flag, s.Also)
		}
	}
	return flags
}

// Init is the command line that begins a config from the header of a file; what
// says how the file is read goes with it.
func (c *Config) Init(path string) string {
	args := []string{"init"}
	for _, s := range c.schema.settings {
		if s.Commands&ForInit == 0 {
			continue
		}
		if text := s.Text(); text != "" && text != s.Default {
			args = append(args, "--"+s.Flag, text)
		}
	}
	return exit.CommandLine(append(args, path)...)
}

// NextForSettings is the command to type when an API cannot be reached with what is
// set: a config to begin with, or a look at the one there is.
func (c *Config) NextForSettings() string {
	files := c.Invocation.Files
	switch {
	case c.File == "" && len(files) > 0 && IsRegular(files[0]):
		return c.Init(files[0])
	case c.Invocation.Verb == "validate":
		return "usersync help settings"
	}
	return c.Invocation.Command("validate", files...)
}

// IsRegular reports whether there is a file at the path that can be read twice.
func IsRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
