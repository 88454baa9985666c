package config

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
)

// Invocation is a parsed command line, from which to build the next one to type.
type Invocation struct {
	Verb  string // of a subcommand with that of its command: ledger show
	Flags []Flag // with the settings of the environment, which may differ next time
	Run   string // that is named before the files, by a command that takes both
	Files []string
}

// Flag is a flag that was given a value.
type Flag struct {
	Name  string // without dashes
	Value string
	Bool  bool // needs no value to be true
	Own   bool // of the command alone: other commands do not have it
}

// args is the flag as typed.
func (f Flag) args() []string {
	switch {
	case !f.Bool:
		return []string{"--" + f.Name, f.Value}
	case f.Value == "true":
		return []string{"--" + f.Name}
	}
	return []string{"--" + f.Name + "=" + f.Value}
}

// line is the command line as typed. It puts -- before a file whose name looks like a
// flag.
func (in Invocation) line(verb string, files []string) []string {
	line := strings.Fields(verb)
	for _, f := range in.Flags {
		if !f.Own || verb == in.Verb {
			line = append(line, f.args()...)
		}
	}
	if in.Run != "" && verb == in.Verb {
		files = slices.Concat([]string{in.Run}, files)
	}
	return append(line, operands(files)...)
}

func operands(files []string) []string {
	if slices.ContainsFunc(files, func(f string) bool { return f != "-" && strings.HasPrefix(f, "-") }) {
		return slices.Concat([]string{"--"}, files)
	}
	return files
}

// Command is a command line of another command, with the same settings.
func (in Invocation) Command(verb string, files ...string) string {
	return exit.CommandLine(in.line(verb, files)...)
}

// Again is the same command line for other files; it names the same run.
func (in Invocation) Again(files ...string) string { return in.Command(in.Verb, files...) }

// New is a command line that starts a new run with the same settings.
func (in Invocation) New(files ...string) string {
	return in.With(Flag{Name: NewFlag, Value: "true", Bool: true}).Command("run", files...)
}

// Args are the arguments of run with the same settings.
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
func (in Invocation) Without(names ...string) Invocation {
	in.Flags = slices.DeleteFunc(slices.Clone(in.Flags), func(f Flag) bool { return slices.Contains(names, f.Name) })
	return in
}

// With is the same command line with more flags.
func (in Invocation) With(more ...Flag) Invocation {
	in.Flags = slices.Concat(in.Flags, more)
	return in
}

// PublishCommand is the command that uploads the files of a run to the same place.
func (c *Config) PublishCommand(run string) string { return c.forPublish().Command("publish", run) }

// PublishElsewhereCommand is the command that uploads the files of a run to another URL.
func (c *Config) PublishElsewhereCommand(url, run string) string {
	return c.forPublish().Without(publishFlag).With(Flag{Name: publishFlag, Value: url}).Command("publish", run)
}

// forPublish is the same command line with the flags alone that publish has.
func (c *Config) forPublish() Invocation {
	in := c.Invocation
	in.Flags = slices.DeleteFunc(slices.Clone(in.Flags), func(f Flag) bool {
		return f.Name != setting.FileFlag && f.Name != publishFlag && f.Name != knownHostsFlag
	})
	return in
}

// Parked is the verb of usersync ledger that lists what is parked.
const Parked = "parked"

// LedgerCommand is a command line of usersync ledger for the same ledger.
func (c *Config) LedgerCommand(verb string, args ...string) string {
	return exit.CommandLine(append([]string{"ledger"}, c.onLedger(verb).line(verb, args)...)...)
}

// LedgerCommandWith is a LedgerCommand with a flag of its own.
func (c *Config) LedgerCommandWith(f Flag, verb string, args ...string) string {
	return exit.CommandLine(append([]string{"ledger"}, c.onLedger(verb).With(f).line(verb, args)...)...)
}

// onLedger is the same command line with the flags alone that a command of the ledger has.
func (c *Config) onLedger(verb string) Invocation {
	takes, commands := map[string]bool{setting.FileFlag: true, runsDirFlag: true}, setting.ForLedger
	if verb == Parked {
		commands |= setting.ForParked
	}
	for i := range c.schema.Settings {
		s := &c.schema.Settings[i]
		takes[s.Flag] = takes[s.Flag] || s.Commands&commands != 0
	}
	in := c.Invocation
	in.Flags = slices.DeleteFunc(slices.Clone(in.Flags), func(f Flag) bool { return !takes[f.Name] })
	return in
}

// Named reports whether the config or the runs directory was named, so that another
// command needs the same flags to find the runs.
func (in Invocation) Named() bool {
	return slices.ContainsFunc(in.Flags, func(f Flag) bool { return f.Name == setting.FileFlag || f.Name == runsDirFlag })
}

// verbOf is the name of cmd as typed after the program's: ledger show.
func verbOf(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// flagsOf returns the settings of the command line and of the environment, as flags.
func flagsOf(cmd *cobra.Command) []Flag {
	var flags []Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		values, isSetting := setting.Typed(f)
		for _, v := range values {
			flags = append(flags, Flag{Name: f.Name, Value: v, Bool: f.Value.Type() == "bool", Own: !isSetting && f.Name != setting.FileFlag})
		}
	})
	return flags
}

// FlagsForOtherInput are the flags that reset the settings of one particular input,
// for a command that reads another.
func (c *Config) FlagsForOtherInput() (flags []Flag) {
	for _, s := range c.schema.Settings {
		if !s.OneInput {
			continue
		}
		if text := s.Text(); text != "" && text != s.Keyword {
			flags = append(flags, Flag{Name: s.Flag, Value: s.Keyword})
		}
	}
	return flags
}

// Init is the command line that drafts a config from the header of a file, with the
// settings that say how to read that file.
func (c *Config) Init(path string) string {
	in := Invocation{Verb: "init"}
	for _, v := range layoutOf(c.schema) {
		in = in.With(Flag{Name: v.Flag, Value: v.Text})
	}
	return in.Again(path)
}

// NextForSettings is the command to type when an API cannot be used with these
// settings: draft a config, or check the one there is.
func (c *Config) NextForSettings() string {
	files := c.Invocation.Files
	if strings.HasPrefix(c.Invocation.Verb, "ledger ") { // its arguments are ids
		files = nil
	}
	switch {
	case c.File == "" && len(files) > 0 && IsRegular(files[0]):
		return c.Init(files[0])
	case c.Invocation.Verb == "validate":
		return "usersync help settings"
	}
	return c.Invocation.Command("validate", files...)
}

// IsRegular reports whether path is a regular file, which can be read twice.
func IsRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
