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
	Flags []Flag // settings of the environment too: the next command may have another one
	Files []string
}

// Flag is a flag that was given a value.
type Flag struct {
	Name  string // without dashes
	Value string
	Bool  bool // needs no value to be true
}

// args is the flag as it is typed.
func (f Flag) args() []string {
	switch {
	case !f.Bool:
		return []string{"--" + f.Name, f.Value}
	case f.Value == "true":
		return []string{"--" + f.Name}
	}
	return []string{"--" + f.Name + "=" + f.Value}
}

// line is the command line as it is typed. A file whose name looks like a flag stands
// after --.
func (in Invocation) line(verb string, files []string) []string {
	line := []string{verb}
	for _, f := range in.Flags {
		line = append(line, f.args()...)
	}
	return append(line, operands(files)...)
}

func operands(files []string) []string {
	if slices.ContainsFunc(files, func(f string) bool { return f != "-" && strings.HasPrefix(f, "-") }) {
		return slices.Concat([]string{"--"}, files)
	}
	return files
}

// Command is a command line with the same settings.
func (in Invocation) Command(verb string, files ...string) string {
	return exit.CommandLine(in.line(verb, files)...)
}

// Again is the same command line for other files.
func (in Invocation) Again(files ...string) string { return in.Command(in.Verb, files...) }

// New is a command line that begins a new run with the same settings.
func (in Invocation) New(files ...string) string {
	return in.With(Flag{Name: NewFlag, Value: "true", Bool: true}).Command("run", files...)
}

// Args is a command line of run with the same settings, as main gets it.
func (in Invocation) Args(files []string) []string {
	return in.line("run", files)
}

// Sandboxed is the same command line against the sandbox of an API.
func (in Invocation) Sandboxed(api string) string {
	return in.Without(sandboxFlag).With(Flag{Name: targetFlag, Value: api}, Flag{Name: sandboxFlag, Value: "true", Bool: true}).Again(in.Files...)
}

// SentTo is the same command line for one API.
func (in Invocation) SentTo(api string) Invocation {
	return in.Without(targetFlag).With(Flag{Name: targetFlag, Value: api})
}

// Replacing is a command line of the same kind for another file, with other values of
// some flags.
func (in Invocation) Replacing(file string, others ...Flag) string {
	var names []string
	for _, f := range others {
		names = append(names, f.Name)
	}
	return in.Without(names...).With(others...).Again(file)
}

// Without is the same command line without the flags of some names.
// With is the same command line with more flags.
func (in Invocation) Without(names ...string) Invocation {
	in.Flags = slices.DeleteFunc(slices.Clone(in.Flags), func(f Flag) bool { return slices.Contains(names, f.Name) })
	return in
}

// With is the same command line with more flags.
func (in Invocation) With(more ...Flag) Invocation {
	in.Flags = slices.Concat(in.Flags, more)
	return in
}

// Named reports whether another command would not find the runs of this one by
// itself: it named the config or the runs directory.
func (in Invocation) Named() bool {
	return slices.ContainsFunc(in.Flags, func(f Flag) bool { return f.Name == fileFlag || f.Name == runsDirFlag })
}

// flagsOf returns what was set, on the command line or by the environment, as
// flags. A URL that the environment alone may hold, as it has a password, is not
// among them.
func flagsOf(cmd *cobra.Command) []Flag {
	var flags []Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		for _, v := range valuesOf(f) {
			flags = append(flags, Flag{Name: f.Name, Value: v, Bool: f.Value.Type() == "bool"})
		}
	})
	return flags
}

func valuesOf(f *pflag.Flag) []string {
	v, isSetting := f.Value.(*flagValue)
	switch {
	case f.Changed && isSetting:
		return v.values
	case f.Changed:
		return []string{f.Value.String()}
	case !isSetting || (v.setting.Kind == URL || v.setting.Kind == Database) && hasPassword(strings.Join(v.fromEnv, "")):
		return nil
	}
	return v.fromEnv
}

// FlagsForOtherInput are the flags that take back what is set about one input alone, for a
// command about another.
func (c *Config) FlagsForOtherInput() (flags []Flag) {
	for _, s := range c.schema.settings {
		if !s.OneInput {
			continue
		}
		if text := s.Text(); text != "" && text != s.Keyword {
			flags = append(flags, Flag{Name: s.Flag, Value: s.Keyword})
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
	return exit.CommandLine(append(args, operands([]string{path})...)...)
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
