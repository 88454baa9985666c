package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagValue is a flag's value as it was typed. It is checked together with what
// the other places say, so that one rule makes one message.
type flagValue struct {
	values  []string
	fromEnv []string // what the environment says; used where all was not given
	setting *Setting
}

func (v *flagValue) String() string { return strings.Join(v.values, ",") }

// Type is what help prints behind the flag's name; bool prints nothing.
func (v *flagValue) Type() string {
	if v.setting.Kind == Bool {
		return "bool"
	}
	return v.setting.Value
}

// Set keeps the last value, or adds to a list.
func (v *flagValue) Set(s string) error {
	if !v.setting.several() {
		v.values = nil
	}
	v.values = append(v.values, s)
	return nil
}

// Flags are the settings that a command takes on its command line, and --config.
type Flags struct {
	cmd    *cobra.Command
	apis   func() []Section
	schema schema
	path   *string
	given  map[string]*flagValue
	json   bool
}

// AddEverywhere gives cmd, and each command below it that has no such flags of its
// own, what decides how errors are printed: --config and --log-format. Help shows
// them only where they are settings of the command itself.
func AddEverywhere(cmd *cobra.Command) {
	flags := cmd.PersistentFlags()
	flags.String(fileFlag, "", "the config `FILE`")
	format := new(Log).format()
	flags.Var(&flagValue{setting: &format}, format.Flag, usage(&format))
	for _, name := range []string{fileFlag, format.Flag} {
		flags.Lookup(name).Hidden = true
	}
}

const fileFlag = "config"

// AddFlags gives cmd a flag for each setting that has one and is for one of the
// commands; ForRun is all of them. apis makes the sections of the APIs, anew
// with each call.
func AddFlags(cmd *cobra.Command, apis func() []Section, commands Commands) *Flags {
	f := &Flags{cmd: cmd, apis: apis, schema: declare(&Config{}, apis()), given: map[string]*flagValue{}}
	f.path = cmd.Flags().String(fileFlag, "", "the config `FILE`; without it ./"+DefaultFile+" if there is one")
	for i := range f.schema.settings {
		s := &f.schema.settings[i]
		if s.Flag == "" || commands != ForRun && s.Commands&commands == 0 {
			continue
		}
		f.given[s.Flag] = &flagValue{setting: s}
		added := cmd.Flags().VarPF(f.given[s.Flag], s.Flag, "", usage(s))
		if s.Kind == Bool {
			added.NoOptDefVal = "true"
		}
		complete(cmd, s)
	}
	return f
}

func usage(s *Setting) string {
	text := s.Use
	if len(s.Words) > 0 {
		text += ": " + strings.Join(s.Words, ", ")
	}
	if s.Default != "" && s.Kind != Bool {
		text += " (default " + s.Default + ")"
	}
	return text
}

func complete(cmd *cobra.Command, s *Setting) {
	if len(s.Words) == 0 {
		return
	}
	// The error says that the flag does not exist, and it was made just now.
	_ = cmd.RegisterFlagCompletionFunc(s.Flag, cobra.FixedCompletions(s.Words, cobra.ShellCompDirectiveNoFileComp))
}

// Load reads the config when the flags have been parsed. With an error it may
// return a config too, to be shown. What is wrong is an *exit.Error for each value.
func (f *Flags) Load(e Environment) (*Config, error) {
	c, err := f.load(e)
	if c != nil {
		c.Invocation = Invocation{Verb: f.cmd.Name(), Flags: flagsOf(f.cmd), Files: f.cmd.Flags().Args()}
	}
	return c, err
}

// load finds out how errors are printed before it returns one.
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

// givenIn are the values of the settings that flags were given.
func givenIn(flags *pflag.FlagSet) map[string][]string {
	given := map[string][]string{}
	flags.Visit(func(f *pflag.Flag) {
		if v, isSetting := f.Value.(*flagValue); isSetting {
			given[f.Name] = v.values
		}
	})
	return given
}

// pathIn is the config file that is named; empty if none is.
func pathIn(flags *pflag.FlagSet, e Environment) string {
	path, err := flags.GetString(fileFlag)
	if err != nil || path == "" {
		path, _ = e.Lookup(envPrefix + strings.ToUpper(fileFlag))
	}
	return path
}

// JSONLog reports whether standard error takes JSON alone. It is known once Load
// has returned, even with an error.
func (f *Flags) JSONLog() bool { return f.json }

// JSONLog reports whether standard error takes JSON alone, for a command that did not
// get as far as Load: by the flags that were parsed, the environment, and what can
// be read of the config file.
func JSONLog(flags *pflag.FlagSet, apis []Section, e Environment) bool {
	src := sources{flags: givenIn(flags), environment: e}
	// That it cannot be read is not what the command is about to report.
	src.file, _ = readFile(pathIn(flags, e), declare(&Config{}, apis))
	return src.wantsJSONLog()
}

func (src sources) wantsJSONLog() bool {
	format := new(Log).format()
	return slices.Equal(src.of(&format).texts, []string{logJSON})
}

// MergeFlags lays the settings that one command was given over those of another.
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

// Each is the config of each API that is named. With an error, which tells of all
// that is wrong, it returns those that are right.
func (c *Config) Each() ([]*Config, error) {
	var all []*Config
	var wrong []error
	for i, api := range c.Target.All {
		if slices.Contains(c.Target.All[:i], api) {
			return nil, exit.Usage(fmt.Errorf("find the destinations: %s is named twice", api), "name it once", "")
		}
		own, err := c.forAPI(api)
		if wrong = append(wrong, err); err == nil {
			all = append(all, own)
		}
	}
	return all, errors.Join(wrong...)
}

// only is the config for one of the APIs that are named.
func (c *Config) forAPI(api string) (*Config, error) {
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

// Offline is a config for asking an API what it takes, without any call: that of
// its sandbox, with nothing set beside.
func Offline(api string, apis func() []Section) (*Config, error) {
	nothing := Environment{Lookup: func(string) (string, bool) { return "", false }}
	src := sources{environment: nothing, apis: apis, flags: map[string][]string{targetFlag: {api}, sandboxFlag: {"true"}}}
	c, err := src.resolve()
	if c != nil {
		c.Target.Offline = true
	}
	return c, err
}
