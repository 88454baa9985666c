package config

import (
	"slices"

	"usersync/cmd/usersync/internal/setting"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Flags are the flags of a command that are settings, and --config.
type Flags struct {
	*Declared
	cmd      *cobra.Command
	commands setting.Commands
	json     bool
	// WithoutCalls and WithAccount are those of setting.Sources.
	WithoutCalls, WithAccount bool
}

// Declared are all settings, as the flags of several commands share them: each has many, and
// only one of the commands is used.
type Declared struct {
	apis   func() []setting.Section
	schema setting.Schema
}

// Declare declares the settings. Each call of apis returns new sections.
func Declare(apis func() []setting.Section) *Declared {
	return &Declared{apis: apis, schema: Schema(apis())}
}

// AddLogFlags adds what decides how errors are printed to commands that have no such
// flags of their own: --log-format to cmd and all below it, and --config to those that
// only hold others and use it for nothing more. Help does not show them there.
func AddLogFlags(cmd *cobra.Command) {
	format := new(Log).format()
	setting.AddHidden(cmd, &format)
	for _, holder := range append(cmd.Commands(), cmd) {
		if holder.HasSubCommands() {
			holder.Flags().String(setting.FileFlag, "", "config `FILE`")
			holder.Flags().Lookup(setting.FileFlag).Hidden = true
		}
	}
}

// AddFlags adds a flag to cmd for each setting of the given commands that has one;
// setting.ForRun adds all of them.
func AddFlags(cmd *cobra.Command, all *Declared, commands setting.Commands) *Flags {
	cmd.Flags().String(setting.FileFlag, "", "config `FILE`; without it ./"+setting.DefaultFile+", if it exists")
	return addFlags(cmd, all, commands)
}

// AddLayoutFlags adds a flag to cmd for each setting that says how a file is read.
func AddLayoutFlags(cmd *cobra.Command, all *Declared) *Flags {
	return addFlags(cmd, all, setting.ForInit)
}

func addFlags(cmd *cobra.Command, all *Declared, commands setting.Commands) *Flags {
	all.schema.AddFlags(cmd, commands)
	return &Flags{Declared: all, cmd: cmd, commands: commands}
}

// Load reads the config after the flags were parsed. It returns an *exit.Error for
// each wrong value, and may return a config as well, for showing only.
func (f *Flags) Load(e setting.Environment) (*Config, error) {
	c, err := f.load(e)
	if c != nil {
		c.Invocation = Invocation{Verb: verbOf(f.cmd), Flags: flagsOf(f.cmd), Files: c.Places.AddAll(f.cmd.Flags().Args())}
	}
	return c, err
}

// load determines the log format first, because its own errors are printed in it.
func (f *Flags) load(e setting.Environment) (*Config, error) {
	flags := f.cmd.Flags()
	src := sources{apis: f.apis, Sources: setting.Sources{Flags: setting.Given(flags), Environment: e, Commands: f.commands, WithoutCalls: f.WithoutCalls, WithAccount: f.WithAccount}}
	src.NoteVariables(f.cmd)
	path := setting.FileNamed(flags, e)
	if path != "" {
		if err := flags.Set(setting.FileFlag, path); err != nil {
			return nil, err
		}
	}
	var err error
	src.File, err = setting.ReadFile(path, f.schema)
	f.json = wantsJSONLog(src.Sources)
	if err == nil {
		err = src.RefuseUnknown(f.schema, indexVariable, countVariable)
	}
	if err != nil {
		return src.whoToTell(path, f.schema), err
	}
	c, err := src.resolve()
	if c == nil {
		c = src.whoToTell(path, f.schema)
	}
	return c, err
}

// whoToTell is a config, for showing only, of settings that make no run: the config file may still
// say where monitoring and the team are to be told of that. It is nil if it does not.
func (src sources) whoToTell(path string, s setting.Schema) *Config {
	if src.File = setting.Partly(path, s, "to", "sandbox", "runs_dir", "notify", "metrics"); src.File == nil {
		return nil
	}
	c, _ := src.resolve() // what is wrong was found before
	return c
}

// JSONLog reports whether standard error is JSON only. It is valid after Load has
// returned, even with an error.
func (f *Flags) JSONLog() bool { return f.json }

// JSONLog reports whether standard error is JSON only, for a command that did not reach
// Load: according to the parsed flags, the environment, and the readable part of the
// config file.
func JSONLog(flags *pflag.FlagSet, apis []setting.Section, e setting.Environment) bool {
	src := setting.Sources{Flags: setting.Given(flags), Environment: e}
	// The command is about to report another error.
	src.File, _ = setting.ReadFile(setting.FileNamed(flags, e), Schema(apis))
	return wantsJSONLog(src)
}

func wantsJSONLog(src setting.Sources) bool {
	format := new(Log).format()
	return slices.Equal(src.Texts(&format), []string{logJSON})
}
