package setting

import (
	"errors"
	"strings"

	"usersync/cmd/usersync/internal/help"
	"usersync/cmd/usersync/internal/setting/internal/reference"
	"usersync/reader/place"

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

// AddFlags adds a flag to cmd for each setting of the given commands that has one;
// ForRun adds all of them.
func (s Schema) AddFlags(cmd *cobra.Command, commands Commands) {
	for i := range s.Settings {
		own := &s.Settings[i]
		if own.Flag == "" || commands != ForRun && own.Commands&commands == 0 {
			continue
		}
		added := cmd.Flags().VarPF(&flagValue{setting: own}, own.Flag, own.Letter, usage(own))
		if own.Kind == Bool {
			added.NoOptDefVal = "true"
		}
		help.InGroup(cmd.Flags(), string(own.Group), own.Flag)
		if own.Common {
			help.Common(cmd.Flags(), own.Flag)
		}
		complete(cmd, own)
	}
}

// AddHidden adds the flag of a setting to cmd and all below it. Help does not show it.
func AddHidden(cmd *cobra.Command, s *Setting) {
	cmd.PersistentFlags().Var(&flagValue{setting: s}, s.Flag, usage(s))
	cmd.PersistentFlags().Lookup(s.Flag).Hidden = true
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

// Given returns the values of the flags that were given and are settings.
func Given(flags *pflag.FlagSet) map[string][]string {
	given := map[string][]string{}
	flags.Visit(func(f *pflag.Flag) {
		if v, isSetting := f.Value.(*flagValue); isSetting {
			given[f.Name] = v.values
		}
	})
	return given
}

// Typed returns the values of a flag as typed; without any, those that NoteVariables has found.
// It leaves out a URL with a password or a signature, which only the environment may hold.
func Typed(f *pflag.Flag) (values []string, isSetting bool) {
	v, isSetting := f.Value.(*flagValue)
	switch {
	case f.Changed && isSetting:
		return v.values, true
	case f.Changed:
		return []string{f.Value.String()}, false
	case !isSetting || (v.setting.Kind == URL || v.setting.Kind == Database) && reference.HasPassword(strings.Join(v.fromEnv, "")):
		return nil, isSetting
	case v.setting.mayBeURL() && place.HoldsSecret(strings.Join(v.fromEnv, "")):
		return nil, true
	}
	return v.fromEnv, true
}

// NoteVariables lets flags of cmd's own that were not given have the values of their
// variables, for Typed.
func (src Sources) NoteVariables(cmd *cobra.Command) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		v, isSetting := f.Value.(*flagValue)
		if !isSetting || f.Changed {
			return
		}
		if text, ok := src.variable(v.setting); ok {
			v.fromEnv = split(text, v.setting)
		}
	})
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
