package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// texts is a flag's value as it was typed. It is checked together with what
// the other places say, so that one rule makes one message.
type texts struct {
	all     []string
	from    []string // what the environment says; used where all was not given
	setting *setting
}

func (t *texts) String() string { return strings.Join(t.all, ",") }

// Type is what help prints behind the flag's name; bool prints nothing.
func (t *texts) Type() string {
	if t.setting.kind == toggle {
		return "bool"
	}
	return t.setting.value
}

// Set keeps the last value, or adds to a list.
func (t *texts) Set(s string) error {
	if t.setting.kind != list {
		t.all = nil
	}
	t.all = append(t.all, s)
	return nil
}

// addSettings gives cmd a flag for each setting that has one, or for those with
// the keys given, and --config. The function it returns reads the config when the
// flags have been parsed. With an error it may return a config too, to be shown.
func addSettings(e *env, cmd *cobra.Command, keys ...string) func() (*config, error) {
	flags := cmd.Flags()
	file := flags.String("config", "", "the config `FILE`; without it ./"+defaultConfig+" if there is one")
	given := map[string]*texts{}
	for _, s := range settings() {
		if s.flag == "" || len(keys) > 0 && !slices.Contains(keys, s.key) {
			continue
		}
		given[s.flag] = &texts{setting: &s}
		f := flags.VarPF(given[s.flag], s.flag, "", usage(&s))
		if s.kind == toggle {
			f.NoOptDefVal = "true"
		}
		complete(cmd, &s)
	}
	return func() (*config, error) {
		c, err := load(e, flags, *file, given)
		if c != nil {
			c.typed = typed{verb: cmd.Name(), flags: flagsOf(cmd), files: flags.Args()}
		}
		return c, err
	}
}

func usage(s *setting) string {
	text := s.use
	if len(s.words) > 0 {
		text += ": " + strings.Join(s.words, ", ")
	}
	if s.def != "" && s.kind != toggle {
		text += " (default " + s.def + ")"
	}
	return text
}

func complete(cmd *cobra.Command, s *setting) {
	if len(s.words) == 0 {
		return
	}
	// The error says that the flag does not exist, and it was made just now.
	_ = cmd.RegisterFlagCompletionFunc(s.flag, cobra.FixedCompletions(s.words, cobra.ShellCompDirectiveNoFileComp))
}

// load finds out how errors are to be told before it meets one.
func load(e *env, flags *pflag.FlagSet, path string, given map[string]*texts) (*config, error) {
	l := layers{flags: map[string][]string{}, lookup: e.lookup}
	for name, t := range given {
		if flags.Changed(name) {
			l.flags[name] = t.all
		} else if text, ok := l.variable(t.setting); ok {
			t.from = split(text, t.setting)
		}
	}
	e.jsonLog = l.wantsJSONLog()
	if v, ok := e.lookup(envPrefix + "CONFIG"); ok && path == "" {
		path = v
		if err := flags.Set("config", v); err != nil {
			return nil, err
		}
	}
	var err error
	if l.file, err = readConfigFile(path); err != nil {
		return nil, err
	}
	e.jsonLog = l.wantsJSONLog()
	if err := refuseStray(e, l.file); err != nil {
		return nil, err
	}
	return l.resolve()
}

func (l layers) wantsJSONLog() bool {
	return slices.Equal(l.of(findByKey("log_format")).texts, []string{"json"})
}
