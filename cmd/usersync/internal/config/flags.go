package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/help"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagValue is the value of a flag as typed. It is checked like values from other
// sources, so that a rule has one message.
type flagValue struct {
	values  []string
	fromEnv []string // from the environment; used without values
	setting *Setting
}

func (v *flagValue) String() string { return strings.Join(v.values, ",") }

// Type is what help prints after the flag's name; nothing for bool.
func (v *flagValue) Type() string {
	if v.setting.Kind == Bool {
		return "bool"
	}
	return v.setting.Value
}

// Set replaces the value, or adds to a list.
func (v *flagValue) Set(s string) error {
	if !v.setting.several() {
		v.values = nil
	}
	v.values = append(v.values, s)
	return nil
}

// Flags are the flags of a command that are settings, and --config.
type Flags struct {
	*Declared
	cmd   *cobra.Command
	given map[string]*flagValue
	json  bool
}

// Declared are all settings, as the flags of several commands share them: each has many, and
// only one of the commands is used.
type Declared struct {
	apis   func() []Section
	schema schema
}

// Declare declares the settings. Each call of apis returns new sections.
func Declare(apis func() []Section) *Declared {
	return &Declared{apis: apis, schema: declare(&Config{}, apis())}
}

// AddLogFlags adds what decides how errors are printed to commands that have no such
// flags of their own: --log-format to cmd and all below it, and --config to those that
// only hold others and use it for nothing more. Help does not show them there.
func AddLogFlags(cmd *cobra.Command) {
	format := new(Log).format()
	cmd.PersistentFlags().Var(&flagValue{setting: &format}, format.Flag, usage(&format))
	cmd.PersistentFlags().Lookup(format.Flag).Hidden = true
	for _, holder := range append(cmd.Commands(), cmd) {
		if holder.HasSubCommands() {
			holder.Flags().String(fileFlag, "", "config `FILE`")
			holder.Flags().Lookup(fileFlag).Hidden = true
		}
	}
}

const fileFlag = "config"

// AddFlags adds a flag to cmd for each setting of the given commands that has one;
// ForRun adds all of them.
func AddFlags(cmd *cobra.Command, all *Declared, commands Commands) *Flags {
	cmd.Flags().String(fileFlag, "", "config `FILE`; without it ./"+DefaultFile+", if it exists")
	return addFlags(cmd, all, commands)
}

// AddLayoutFlags adds a flag to cmd for each setting that says how a file is read.
func AddLayoutFlags(cmd *cobra.Command, all *Declared) *Flags {
	return addFlags(cmd, all, ForInit)
}

func addFlags(cmd *cobra.Command, all *Declared, commands Commands) *Flags {
	f := &Flags{Declared: all, cmd: cmd, given: map[string]*flagValue{}}
	for i := range f.schema.settings {
		s := &f.schema.settings[i]
		if s.Flag == "" || commands != ForRun && s.Commands&commands == 0 {
			continue
		}
		f.given[s.Flag] = &flagValue{setting: s}
		added := cmd.Flags().VarPF(f.given[s.Flag], s.Flag, s.Letter, usage(s))
		if s.Kind == Bool {
			added.NoOptDefVal = "true"
		}
		help.InGroup(cmd.Flags(), string(s.Group), s.Flag)
		if s.Common {
			help.Common(cmd.Flags(), s.Flag)
		}
		complete(cmd, s)
	}
	return f
}

func usage(s *Setting) string {
	var values []string
	if len(s.Words) > 0 {
		values = append(values, strings.Join(s.Words, ", "))
	}
	if s.Default != "" && s.Kind != Bool {
		values = append(values, "default "+s.Default)
	}
	if len(values) == 0 {
		return s.Use
	}
	return s.Use + " (" + strings.Join(values, "; ") + ")"
}

func complete(cmd *cobra.Command, s *Setting) {
	if len(s.Words) == 0 {
		return
	}
	// The only error is that the flag does not exist.
	_ = cmd.RegisterFlagCompletionFunc(s.Flag, cobra.FixedCompletions(s.Words, cobra.ShellCompDirectiveNoFileComp))
}

// Load reads the config after the flags were parsed. It returns an *exit.Error for
// each wrong value, and may return a config as well, for showing only.
func (f *Flags) Load(e Environment) (*Config, error) {
	c, err := f.load(e)
	if c != nil {
		c.Invocation = Invocation{Verb: verbOf(f.cmd), Flags: flagsOf(f.cmd), Files: c.Places.AddAll(f.cmd.Flags().Args())}
	}
	return c, err
}

// load determines the log format first, because its own errors are printed in it.
func (f *Flags) load(e Environment) (*Config, error) {
	flags := f.cmd.Flags()
	src := sources{flags: givenIn(flags), environment: e, apis: f.apis}
	for name, v := range f.given {
		if text, ok := src.variable(v.setting); ok && !flags.Changed(name) {
			v.fromEnv = split(text, v.setting)
		}
	}
	path := pathIn(flags, e)
	if path != "" {
		if err := flags.Set(fileFlag, path); err != nil {
			return nil, err
		}
	}
	var err error
	src.file, err = readFile(path, f.schema)
	f.json = src.wantsJSONLog()
	if err != nil {
		return nil, err
	}
	if err := refuseUnknownVariables(e, f.schema, src.file); err != nil {
		return nil, err
	}
	return src.resolve()
}

// givenIn returns the values of the flags that were given and are settings.
func givenIn(flags *pflag.FlagSet) map[string][]string {
	given := map[string][]string{}
	flags.Visit(func(f *pflag.Flag) {
		if v, isSetting := f.Value.(*flagValue); isSetting {
			given[f.Name] = v.values
		}
	})
	return given
}

// pathIn is the config file that is named; empty without one.
func pathIn(flags *pflag.FlagSet, e Environment) string {
	path, err := flags.GetString(fileFlag)
	if err != nil || path == "" {
		path, _ = e.Lookup(envPrefix + strings.ToUpper(fileFlag))
	}
	return path
}

// JSONLog reports whether standard error is JSON only. It is valid after Load has
// returned, even with an error.
func (f *Flags) JSONLog() bool { return f.json }

// JSONLog reports whether standard error is JSON only, for a command that did not reach
// Load: according to the parsed flags, the environment, and the readable part of the
// config file.
func JSONLog(flags *pflag.FlagSet, apis []Section, e Environment) bool {
	src := sources{flags: givenIn(flags), environment: e}
	// The command is about to report another error.
	src.file, _ = readFile(pathIn(flags, e), declare(&Config{}, apis))
	return src.wantsJSONLog()
}

func (src sources) wantsJSONLog() bool {
	format := new(Log).format()
	return slices.Equal(src.of(&format).texts, []string{logJSON})
}

// MergeFlags sets the settings given to one command on another, overriding them.
func MergeFlags(from, over *cobra.Command) (err error) {
	from.Flags().Visit(func(f *pflag.Flag) {
		v, isSetting := f.Value.(*flagValue)
		if !isSetting {
			return
		}
		for _, text := range v.values {
			err = errors.Join(err, over.Flags().Set(f.Name, text))
		}
	})
	return err
}

// Each returns a config for each named API. With an error, which reports everything
// that is wrong, it returns the valid ones.
func (c *Config) Each() ([]*Config, error) {
	var all []*Config
	var wrong []error
	for i, api := range c.Target.All {
		if slices.Contains(c.Target.All[:i], api) {
			return nil, exit.Usage(fmt.Errorf("find the destinations: %s is named twice", api), "name it once", "")
		}
		own, err := forAPI(c, api)
		if wrong = append(wrong, err); err == nil {
			all = append(all, own)
		}
	}
	return all, errors.Join(wrong...)
}

// forAPI is the config for one of the named APIs.
func forAPI(c *Config, api string) (*Config, error) {
	src := c.sources
	if src.flags = maps.Clone(src.flags); src.flags == nil {
		src.flags = map[string][]string{}
	}
	src.flags[targetFlag] = []string{api}
	own, err := src.resolve()
	if own != nil {
		own.Invocation = c.Invocation.SentTo(api)
	}
	return own, err
}

// Offline is a config for asking a client what its API accepts, without any call: the
// sandbox, and otherwise defaults.
func Offline(api string, apis func() []Section) (*Config, error) {
	nothing := Environment{Lookup: func(string) (string, bool) { return "", false }}
	src := sources{environment: nothing, apis: apis, flags: map[string][]string{targetFlag: {api}, sandboxFlag: {"true"}}}
	c, err := src.resolve()
	if c != nil {
		c.Target.Offline = true
	}
	return c, err
}
