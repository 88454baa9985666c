package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config/internal/reference"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/mapping"
	"usersync/reader/place"
)

// sources are the places that a value may come from, in order of precedence.
type sources struct {
	flags       map[string][]string // by flag name, only those given
	environment Environment
	file        *file // nil without one
	apis        func() []Section
	// section is the chosen API, whose section of the config overrides the settings for
	// all APIs; empty until it is known.
	section string
}

// origin is the text of a value before it is checked, and where it was set.
type origin struct {
	texts  []string
	name   string // --rate, USERSYNC_RATE, usersync.yaml:3, default
	inFile bool
	byFlag bool
}

var (
	errPlainSecret   = errors.New("a secret is written here in clear text")
	errPasswordInURL = errors.New("the URL contains a password in clear text")
	errSecretInURL   = errors.New("the URL contains a password, or a query that may be a signature, in clear text")
)

const defaultOrigin = "default"

// of returns where s gets its value. Without texts it has none.
func (src sources) of(s *Setting) origin {
	if texts, ok := src.flags[s.Flag]; ok && s.Flag != "" {
		return origin{texts: texts, name: "--" + s.Flag, byFlag: true}
	}
	if text, ok := src.variable(s); ok {
		return origin{texts: split(text, s), name: s.Env()}
	}
	if v, ok := src.inFile(s); ok {
		return origin{texts: v.texts, name: fmt.Sprintf("%s:%d", src.file.Path, v.line), inFile: true}
	}
	if s.Default == "" {
		return origin{}
	}
	// A default path is relative like the paths in the config file.
	return origin{texts: []string{s.Default}, name: defaultOrigin, inFile: src.file != nil}
}

// inFile is the value in the config file; the API's own section comes first, unless s was added
// when the API already had a setting of that name.
func (src sources) inFile(s *Setting) (fileValue, bool) {
	if src.file == nil {
		return fileValue{}, false
	}
	own := src.section + "." + s.Key
	if v, ok := src.file.values[own]; ok && s.perAPI() && !(s.Added && src.file.schema.has(own)) {
		return v, true
	}
	v, ok := src.file.values[s.Key]
	return v, ok
}

// dir is where relative paths in the config file start.
func (src sources) dir() string {
	if src.file == nil {
		return "."
	}
	return filepath.Dir(src.file.Path)
}

func (src sources) variable(s *Setting) (string, bool) {
	if s.Env() == "" {
		return "", false
	}
	text, ok := src.environment.Lookup(s.Env())
	return text, ok && text != ""
}

func split(text string, s *Setting) []string {
	if s.several() {
		return strings.Split(text, ",")
	}
	return []string{text}
}

// resolve checks every setting and returns the config. With an error, which reports
// everything that is wrong, the config is for showing only.
func (src sources) resolve() (*Config, error) {
	c := &Config{sources: src, Places: src.environment.Places}
	if c.Places == nil {
		c.Places = &place.Opener{}
	}
	c.schema = declare(c, src.apis())
	if src.file != nil {
		c.File = src.file.Path
	}
	all := slices.Clone(c.schema.settings)
	// Settings that others depend on come first.
	slices.SortStableFunc(all, func(a, b Setting) int { return rank(a) - rank(b) })
	var wrong []error
	for i := range all {
		if rank(all[i]) > 0 && len(c.Target.All) == 1 {
			c.Target.To, src.section = c.Target.All[0], c.Target.All[0]
		}
		wrong = append(wrong, src.resolveSetting(c, &all[i]))
	}
	if src.file != nil {
		if err := src.file.readFields(src.section, &c.Input.Fields); err != nil {
			return nil, err
		}
	}
	wrong = append(wrong, src.readTree(c))
	c.Places.Use(c.Input.Access)
	return c, errors.Join(wrong...)
}

func rank(s Setting) int {
	if s.First {
		return 0
	}
	return 1
}

func (src sources) resolveSetting(c *Config, s *Setting) error {
	o := src.of(s)
	ignored := s.Remote && c.Target.Sandbox
	shown := newShown(s, o, ignored)
	text, err := "", refusePlainSecret(s, o)
	if err == nil && !ignored {
		text, err = src.assignAll(c, s, o)
	}
	if err != nil {
		shown.Source += ": " + err.Error()
		err = src.fault(s, o, text, err)
	}
	c.shown = append(c.shown, shown)
	return err
}

// assignAll returns the text that it refused, with the error.
func (src sources) assignAll(c *Config, s *Setting, o origin) (string, error) {
	for _, text := range o.texts {
		if err := src.assign(c, s, o, text); err != nil {
			return text, err
		}
	}
	return "", nil
}

// refusePlainSecret finds secrets written where others may read them.
func refusePlainSecret(s *Setting, o origin) error {
	for _, text := range o.texts {
		if s.Kind == Secret && !reference.Is(text) {
			return errPlainSecret
		}
		if (s.Kind == URL || s.Kind == Database) && (o.byFlag || o.inFile && !reference.Is(text)) && reference.HasPassword(text) {
			return errPasswordInURL
		}
		if s.mayBeURL() && (o.byFlag || o.inFile && (!reference.Is(text) || isFileURL(text))) && place.HoldsSecret(text) {
			return errSecretInURL
		}
	}
	return nil
}

func (src sources) assign(c *Config, s *Setting, o origin, text string) error {
	if o.inFile && s.indirect() && !isFileURL(text) {
		if file, ok := strings.CutPrefix(text, "file:"); ok {
			c.ValueFiles = append(c.ValueFiles, reference.RelativeTo(src.dir(), file))
		}
		expanded, err := reference.Expand(text, src.dir(), src.environment.Lookup)
		if err != nil {
			return err
		}
		text = expanded
	}
	if s.Kind == URL && text != s.Keyword {
		if err := reference.CheckURL(text); err != nil {
			return err
		}
	}
	if s.mayBeURL() {
		text = c.Places.Add(text)
	}
	if o.inFile && s.isPath(text) {
		text = reference.RelativeTo(src.dir(), text)
	}
	if file, ok := strings.CutPrefix(text, SQLiteURL); ok && o.inFile && s.Kind == Database && file != "" {
		text = SQLiteURL + reference.RelativeTo(src.dir(), file)
	}
	if s.Source != nil {
		*s.Source = o.name
	}
	return s.Assign(text)
}

// isFileURL reports whether a text is a path written as a URL, and no file that holds a value.
func isFileURL(text string) bool {
	_, is := place.Local(text)
	return is
}

// fault names the value by its source and key, and does not show a secret's text.
func (src sources) fault(s *Setting, o origin, text string, err error) error {
	named := o.name
	if o.inFile {
		named += ": " + s.Key
	}
	return exit.Usage(fmt.Errorf("read settings: %s: %w", named, err), settingHint(s, text, err), "usersync help settings")
}

func settingHint(s *Setting, text string, err error) string {
	var few *wordError
	switch {
	case errors.Is(err, errPlainSecret):
		return fmt.Sprintf("write %s: env:NAME or file:PATH, and keep the value there", s.Key)
	case errors.Is(err, errPasswordInURL), errors.Is(err, errSecretInURL):
		return fmt.Sprintf("put the URL in a file or variable and write %s: env:NAME or file:PATH in the config", s.Key)
	case errors.As(err, &few) && s.several() && strings.Contains(text, ","):
		return fmt.Sprintf("for several write --%s %s, or %s: [%s] in the config", s.Flag, strings.ReplaceAll(text, ",", " --"+s.Flag+" "), s.Key, strings.ReplaceAll(text, ",", ", "))
	case errors.As(err, &few):
		if near, ok := mapping.Nearest(text, few.words); ok { // the message lists them all
			return "did you mean " + near + "?"
		}
	}
	if unset, ok := errors.AsType[*reference.UnsetError](err); ok {
		return fmt.Sprintf("export %s, or write file:PATH instead of env:%s", unset.Variable, unset.Variable)
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "check that the file exists and that you may read it; a relative path starts at the config"
	}
	return ""
}
